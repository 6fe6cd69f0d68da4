/* Which of the instruction sets that kernels are compiled for this processor can run. */
#ifndef ND_BASE_INSTRUCTIONS_H
#define ND_BASE_INSTRUCTIONS_H

#include <stdbool.h>

/* Can code compiled for `set` ("avx512": x86-64-v4, "avx2": x86-64-v3, "baseline") run here, and
 * may it: NULLDRIFT_INSTRUCTIONS, where it names one that can, allows no other. */
bool nd_instructions_run(const char *set);

#endif
