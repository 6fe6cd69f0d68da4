#include "figure/font.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/platform.h"
#include "base/spawn.h"

/* fontconfig asks for a family where neither case nor blanks count. */
static bool is_same(const char *font, const char *family, size_t length) {
    size_t at = 0;
    for (;; font++) {
        while (*font == ' ')
            font++;
        while (at < length && family[at] == ' ')
            at++;
        if (*font == '\0' || at == length)
            return *font == '\0' && at == length;
        if (tolower((unsigned char)*font) != tolower((unsigned char)family[at++]))
            return false;
    }
}

/* The answer's families, between commas: one font has several names. */
static bool is_among(const char *font, const char *families) {
    for (const char *at = families; *at;) {
        size_t length = strcspn(at, ",");
        if (is_same(font, at, length))
            return true;
        at += length + (at[length] == ',');
    }
    return false;
}

/* Its first line, without what ends it; false when it said nothing or could not be asked. */
static bool ask(const char *program, char *const arguments[], char *answer, size_t size) {
    int ends[2], code = 0;
    size_t length = 0;
    if (!nd_pipe(ends))
        return false;
    pid_t process = nd_spawn(program, arguments, nd_environment(), ends[1], ND_SPAWN_ANSWERS);
    close(ends[1]);
    while (process > 0 && length + 1 < size) {
        ssize_t more = read(ends[0], answer + length, size - 1 - length);
        if (more == 0 || (more < 0 && errno != EINTR))
            break;
        length += more > 0 ? (size_t)more : 0;
    }
    close(ends[0]);
    answer[length] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    while (process > 0 && waitpid(process, &code, 0) < 0)
        if (errno != EINTR)
            return false;
    return process > 0 && WIFEXITED(code) && WEXITSTATUS(code) == 0 && answer[0] != '\0';
}

nd_font_found nd_font_find(const char *font, char *instead, size_t size) {
    char program[PATH_MAX], name[] = "fc-match", as[] = "-f", families[] = "%{family}";
    char pattern[200]; /* '-' begins a size where it is not escaped */
    size_t length = 0;
    for (const char *at = font; *at && length + 3 < sizeof pattern; at++) {
        if (*at == '-')
            pattern[length++] = '\\';
        pattern[length++] = *at;
    }
    pattern[length] = '\0';
    char *const arguments[] = {name, as, families, pattern, NULL};
    if (!nd_program_find(name, program, sizeof program) || !ask(program, arguments, instead, size))
        return ND_FONT_UNKNOWN;
    return is_among(font, instead) ? ND_FONT_INSTALLED : ND_FONT_REPLACED;
}
