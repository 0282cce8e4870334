#ifndef AGENTRUN_ADMISSION_CMALLOC_SHIM_H
#define AGENTRUN_ADMISSION_CMALLOC_SHIM_H

#include <stddef.h>

// glibc's, since 2.8 for all arenas; <malloc.h> is none of the headers Swift imports. Weak, as other C libraries do without.
extern int malloc_trim(size_t pad) __attribute__((weak));

static inline void agentrun_admission_trim_heap(void) {
  if (malloc_trim != NULL) malloc_trim(0);
}

#endif
