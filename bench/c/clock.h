/* The machine's monotonic clock and this process's processor time, in nanoseconds. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define NS_PER_SECOND 1000000000LL
#define NS_PER_MS 1000000LL

static inline int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static inline int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
static inline int64_t processor_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }
/* What another process's threads have used together; Linux numbers its clock so. */
static inline int64_t processor_ns_of(pid_t pid) { return clock_ns((clockid_t)((~(unsigned)pid << 3) | 2)); }

#endif
