#ifndef AGENTRUN_ADMISSION_CNGHTTP2_SHIM_H
#define AGENTRUN_ADMISSION_CNGHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#endif
