/* The manual's pages as `nulldrift help TOPIC` prints them; the table is made from docs/ at build
 * (cmake/topics.cmake). */
#ifndef ND_CLI_TOPICS_H
#define ND_CLI_TOPICS_H

typedef struct nd_topic {
    const char *name; /* "experiment-file" */
    const char *page; /* docs/NAME.md, as it is written */
} nd_topic;

extern const nd_topic nd_topics[]; /* ended by one whose name is NULL */

#endif
