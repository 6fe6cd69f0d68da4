/* The rules themselves, by the table in rules.def (docs/model.md, section 2.2). */
#ifndef ND_RULE_RULES_H
#define ND_RULE_RULES_H

#include "rule/rule.h"

/* The keys of rules that step by a rate from data and gradients that every noise may have moved. */
#define ND_EVERY_LEARNING_KEY                                                                      \
    "learning_rate update_noise label_noise label_noise_distribution input_noise weight_noise "    \
    "dropout divergence"

#define RULE(name, summary, honoured, moments, needs_perturbation, update)                         \
    void update(nd_learner *learner, const nd_noise *noise);
#include "rule/rules.def"
#undef RULE

/* The gradient at this step's noisy data, update noise added, into learner->gradient. */
void nd_noisy_gradient(nd_learner *learner, const nd_noise *noise);

#endif
