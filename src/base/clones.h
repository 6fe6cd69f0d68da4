/* Functions compiled for several processors, among which the loader chooses: where it can, with GCC
 * and glibc. Static ones only: the name that chooses is offered to everybody otherwise. */
#ifndef ND_BASE_CLONES_H
#define ND_BASE_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && defined(__GLIBC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_THREAD__) /* its calls are not there yet when the loader asks */
#if __GNUC__ >= 12
#define ND_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else /* GCC 11 has no name for a level yet */
#define ND_CLONES __attribute__((target_clones("default", "avx2")))
#endif
#else
#define ND_CLONES
#endif

#endif
