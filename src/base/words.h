/* Lists of words, and the word somebody may have meant. */
#ifndef ND_BASE_WORDS_H
#define ND_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Is `word` one of the words of `list`, parted by single blanks? A NULL list holds none. */
bool nd_listed(const char *list, const char *word);

/* Takes the blanks at the ends of its lines out of a text, in place. */
void nd_trim_line_ends(char *text);

/* The number of letters to be put in, left out, replaced or swapped with their neighbour that turn
 * `a` into `b`; words of more than 63 letters are as far from each other as they are long. */
size_t nd_word_distance(const char *a, const char *b);

/* The candidate nearest to a misspelt key so far. Zero-initialise but for `wanted`. */
typedef struct nd_nearest {
    const char *wanted; /* "section.key", "key" */
    char found[128];    /* "" while nothing is near */
    size_t distance;
} nd_nearest;

/* Offers "section.key" or "key". Its last word may be one letter in three away from the wanted
 * one's; of the nearest, one of the same section is preferred, then the first. */
void nd_nearest_offer(nd_nearest *nearest, const char *candidate);

/* "did you mean FOUND?" in `mend` of `size` bytes, or `otherwise` where nothing is near. */
const char *nd_nearest_mend(const nd_nearest *nearest, const char *otherwise, char *mend,
                            size_t size);

#endif
