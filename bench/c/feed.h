/* Publishes events to a server: one line each, or one HTTP request each where the server wants that. */
#ifndef FEED_H
#define FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"

typedef struct {
    /* When each event was handed over, before anything was written. */
    int64_t published_at[MOST_EVENTS];
    uint32_t published;
    /* The seq of the first one. */
    int64_t first_seq;
} Feed;

extern Feed feed;

/* `http_path` is empty for lines. */
void feed_connect(int port, const char *http_path);
/* A file with one event in it, whose seq stands there as @SEQ@. */
void feed_template(const char *file, int64_t first_seq);
/* Publishes the next one, at the latest with the next flush. */
void feed_publish(void);
void feed_flush(void);

#endif
