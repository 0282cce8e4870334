// Lets ThreadSanitizer see what Synchronization.Mutex does when two threads want it at once; loaded before the standard library
// (LD_PRELOAD) by scripts/test --sanitize thread.
//
// On Linux that mutex is one word. Taken and given back by one thread at a time it costs two atomic instructions, which stand in the
// code that is checked. When somebody has to wait, the standard library is called, which is built without checks: it changes the
// word itself or has the kernel do it (futex(2), FUTEX_LOCK_PI), and whoever waited would be told to race with whoever went before.
// So these calls are passed on, and said to acquire and to release the word as the instructions do.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// Of the sanitizer's runtime, which is part of every program that is checked and of no other.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// Methods of Synchronization._MutexHandle, by their mangled names.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK_SLOW);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK_SLOW);

// The standard library's function of that name, which is the next.
static void *next(const char *name) {
  void *function = dlsym(RTLD_NEXT, name);
  if (!function) abort();
  return function;
}

SWIFT void lock_slow(uint32_t thread, SELF) {
  SWIFT void (*call)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))next(LOCK_SLOW);
  call(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool try_lock_slow(SELF) {
  SWIFT bool (*call)(SELF) = (SWIFT bool (*)(SELF))next(TRY_LOCK_SLOW);
  bool is_taken = call(self);
  if (is_taken && __tsan_acquire) __tsan_acquire(self);
  return is_taken;
}

SWIFT void unlock_slow(SELF) {
  SWIFT void (*call)(SELF) = (SWIFT void (*)(SELF))next(UNLOCK_SLOW);
  if (__tsan_release) __tsan_release(self);
  call(self);
}
