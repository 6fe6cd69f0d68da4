/* The table of activations phi. Adding one: three functions and one line in activation.c. */
#ifndef ND_NETWORK_ACTIVATION_H
#define ND_NETWORK_ACTIVATION_H

#include <stdbool.h>

typedef struct nd_activation {
    const char *name;
    double (*value)(double a);     /* phi(a) */
    double (*slope)(double a);     /* phi'(a) */
    double (*curvature)(double a); /* phi''(a), away from kinks */
    double threshold;              /* a unit is active where phi(a) exceeds this, by default */
    bool silent_is_zero;           /* phi and phi' vanish below 0: silent units get no gradient */
} nd_activation;

/* The activation of that name, or NULL. */
const nd_activation *nd_activation_find(const char *name);
/* All of them, ended by one whose name is NULL. */
const nd_activation *nd_activations(void);

#endif
