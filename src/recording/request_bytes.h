/* What a child must know to read sessions, as bytes for the reader: the manifest's own words stay
 * where the manifest was read. */
#ifndef ND_RECORDING_REQUEST_BYTES_H
#define ND_RECORDING_REQUEST_BYTES_H

#include "recording/format.h"
#include "recording/request.h"
#include "recording/session.h"

/* Sessions that lie in one file. */
typedef struct nd_task {
    nd_request *requests; /* count */
    size_t count;
    nd_settings settings;
    char *manifest_text, *manifest_name; /* to name lines in */
    nd_link_rules links;                 /* without led_to */
} nd_task;

bool nd_task_put(nd_buffer *buffer, const nd_task *task, nd_error *error);

/* Rebuilds a task, which owns all it holds: nd_task_clear, also after a failure. Lengths, kinds and
 * truths are checked; the bytes may be anything. */
bool nd_task_take(nd_buffer *buffer, nd_task *task, nd_error *error);
void nd_task_clear(nd_task *task);

#endif
