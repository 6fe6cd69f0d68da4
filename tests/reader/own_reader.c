/* Every test program is its own reader, before its main begins: in nulldrift's trades, or in its
 * own where it lists `support_trades`. nulldrift-reader itself has a test of its own. */
#include <stdio.h>
#include <string.h>

#include "base/helper.h"
#include "base/serve.h"
#include "reader/trades.h"

extern const nd_trade *const support_trades[] __attribute__((weak));

/* The second of the words the program was started with; where the system does not tell, none. */
static const char *first_argument(char *words, size_t size) {
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t length = file ? fread(words, 1, size - 1, file) : 0;
    if (file)
        (void)fclose(file);
    words[length] = '\0';
    size_t name = strlen(words);
    return name < length ? words + name + 1 : "";
}

__attribute__((constructor)) static void serve_if_asked(void) {
    char words[8192];
    if (strcmp(first_argument(words, sizeof words), ND_SERVE_ARGUMENT) == 0)
        nd_serve(support_trades ? support_trades : nd_trades);
    nd_helper_is_this_program();
}
