#ifndef AGENTRUN_ADMISSION_CVECTOR_SHIM_H
#define AGENTRUN_ADMISSION_CVECTOR_SHIM_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// How many of the 16 bytes at `bytes`, the first ones, are ASCII from 0x20 on and neither quote nor backslash: what a JSON string
// holds as it is. Swift's own vectors cannot tell where in a mask the first lane is, and compare lane by lane.
static inline int agentrun_admission_plain_prefix(const void *bytes) {
#if defined(__SSE2__)
  const __m128i text = _mm_loadu_si128((const __m128i *)bytes);
  // Signed: what is not ASCII is less than any control character.
  const __m128i other = _mm_or_si128(
      _mm_cmplt_epi8(text, _mm_set1_epi8(0x20)),
      _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')), _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'))));
  return __builtin_ctz((unsigned)_mm_movemask_epi8(other) | 0x10000u);
#elif defined(__aarch64__)
  const int8x16_t text = vld1q_s8((const int8_t *)bytes);
  const uint8x16_t other = vorrq_u8(
      vcltq_s8(text, vdupq_n_s8(0x20)),
      vorrq_u8(vceqq_s8(text, vdupq_n_s8('"')), vceqq_s8(text, vdupq_n_s8('\\'))));
  // Four bits a byte.
  const uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(other), 4)), 0);
  return bits == 0 ? 16 : __builtin_ctzll(bits) >> 2;
#else
  for (int index = 0; index < 16; index++) {
    const unsigned char byte = ((const unsigned char *)bytes)[index];
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') return index;
  }
  return 16;
#endif
}

#endif
