// Lets ThreadSanitizer see what Synchronization.Mutex does when two threads want it at once; loaded before the C library
// (LD_PRELOAD) by scripts/test --sanitize thread.
//
// On Linux that mutex is one word: taken and given back by atomic instructions, which stand in the code that is checked, and by futex(2)
// with FUTEX_LOCK_PI and FUTEX_UNLOCK_PI when there is somebody to wait for. Those calls are made by the standard library, which
// is built without checks, and the word is then changed by the kernel: whoever waited would be told to race with whoever went
// before. So the calls are said to acquire and to release the word, as the instructions do.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

// Of the sanitizer's runtime, which is part of every program that is checked and of no other.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

long syscall(long number, ...) {
  static long (*next)(long, ...);
  long (*call)(long, ...) = __atomic_load_n(&next, __ATOMIC_RELAXED);
  if (!call) {
    call = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    __atomic_store_n(&next, call, __ATOMIC_RELAXED);
  }
  long argument[6];
  va_list arguments;
  va_start(arguments, number);
  for (int index = 0; index < 6; index++) argument[index] = va_arg(arguments, long);
  va_end(arguments);

  int operation = number == SYS_futex ? (int)argument[1] & FUTEX_CMD_MASK : -1;
  if (operation == FUTEX_UNLOCK_PI && __tsan_release) __tsan_release((void *)argument[0]);
  long result = call(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
  if (result == 0 && (operation == FUTEX_LOCK_PI || operation == FUTEX_TRYLOCK_PI) && __tsan_acquire) {
    __tsan_acquire((void *)argument[0]);
  }
  return result;
}
