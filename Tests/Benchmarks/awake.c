/* Keeps a load generator from sleeping: loaded before it, it turns every wait for events into a look.
 *
 * A generator that sleeps has to be woken by the server it loads, and on a virtual machine that wake-up is an exit to the
 * hypervisor which the server pays for. It would be the slower servers that pay, as a fast one never lets it sleep. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>

int epoll_wait(int poll, struct epoll_event *events, int count, int timeout) {
  static int (*look)(int, struct epoll_event *, int, int, const sigset_t *);
  (void)timeout;
  if (look == NULL) *(void **)&look = dlsym(RTLD_NEXT, "epoll_pwait");
  return look(poll, events, count, 0, NULL);
}
