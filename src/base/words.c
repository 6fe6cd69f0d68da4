#include "base/words.h"

#include <stdio.h>
#include <string.h>

enum { MOST_LETTERS = 63 };

void nd_trim_line_ends(char *text) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from == '\n')
            while (to > text && to[-1] == ' ')
                to--;
        *to++ = *from;
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

bool nd_listed(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; at && *at; at += *at == ' ') {
        size_t here = strcspn(at, " ");
        if (here == length && memcmp(at, word, length) == 0)
            return true;
        at += here;
    }
    return false;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t nd_word_distance(const char *a, const char *b) {
    size_t rows = strlen(a), columns = strlen(b);
    size_t change[3]
                 [MOST_LETTERS + 1]; /* from a's first letters to b's: this row, the two before */
    if (rows > MOST_LETTERS || columns > MOST_LETTERS)
        return rows > columns ? rows : columns;
    for (size_t j = 0; j <= columns; j++)
        change[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *now = change[i % 3], *before = change[(i + 2) % 3], *earlier = change[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            now[j] =
                least(least(before[j], now[j - 1]) + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], earlier[j - 2] + 1);
        }
    }
    return change[rows % 3][columns];
}

static const char *last_word(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

static bool same_section(const char *a, const char *b) {
    size_t length = (size_t)(last_word(a) - a);
    return length == (size_t)(last_word(b) - b) && memcmp(a, b, length) == 0;
}

void nd_nearest_offer(nd_nearest *nearest, const char *candidate) {
    const char *wanted = last_word(nearest->wanted);
    size_t letters = strlen(wanted), most = letters < 6 ? 1 : letters / 3;
    size_t distance = nd_word_distance(wanted, last_word(candidate));
    if (distance > most || distance >= letters || strlen(candidate) >= sizeof nearest->found)
        return;
    distance = 2 * distance + !same_section(nearest->wanted, candidate);
    if (nearest->found[0] && distance >= nearest->distance)
        return;
    nearest->distance = distance;
    snprintf(nearest->found, sizeof nearest->found, "%s", candidate);
}

const char *nd_nearest_mend(const nd_nearest *nearest, const char *otherwise, char *mend,
                            size_t size) {
    if (nearest->found[0])
        snprintf(mend, size, "did you mean %s?", nearest->found);
    else
        snprintf(mend, size, "%s", otherwise);
    return mend;
}
