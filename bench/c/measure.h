/* One measured phase: publishes at a pace, counts what every socket gets, prints one line of JSON. */
#ifndef MEASURE_H
#define MEASURE_H

#include <sys/types.h>

#include "clients.h"

typedef enum { FIXED, WINDOW, BURST } Pace;

/* The server's processes: while they are busy, what has not come is not taken for lost. */
void measure_watch(pid_t pid);
/* `amount` is events a second, events in flight, or events at once. Ends when everything has come, when nothing
   has come for `quiet_seconds` from a server that had nothing to do, or after `longest_seconds`. */
void measure(Pace pace, double amount, double seconds, double quiet_seconds, double longest_seconds);
void measure_event(Socket *socket, int64_t seq, int64_t now);

#endif
