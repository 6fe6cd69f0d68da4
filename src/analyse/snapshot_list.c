#include <stdlib.h>
#include <string.h>

#include "analyse/spectra_of_run.h"
#include "base/error.h"

/* One index of a list: a number, or first, middle, last. */
static bool read_index(const char **at, size_t count, size_t *index) {
    static const char *const names[] = {"first", "middle", "last"};
    const size_t values[] = {0, count / 2, count - 1};
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(*at, names[i], length) == 0) {
            *at += length;
            *index = values[i];
            return true;
        }
    }
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    unsigned long long value = strtoull(*at, &end, 10);
    *at = end;
    *index = (size_t)value;
    return value < count;
}

bool nd_snapshot_list(const char *argument, const char *list, size_t count, bool *chosen,
                      nd_error *error) {
    const char *at = list;
    while (true) {
        size_t from = 0;
        bool fine = read_index(&at, count, &from);
        size_t to = from;
        if (fine && *at == '-') {
            at++;
            fine = read_index(&at, count, &to) && to >= from;
        }
        if (!fine || (*at != ',' && *at != '\0'))
            return nd_fail(error, argument,
                           "give numbers, ranges or first, middle, last: 0,10-20,last",
                           "'%s' is no list of the run's snapshots, 0 to %zu", list, count - 1);
        for (size_t i = from; i <= to; i++)
            chosen[i] = true;
        if (*at++ == '\0')
            return true;
    }
}
