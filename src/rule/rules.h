/* The rules themselves, for the table in rule.c (docs/model.md, section 2.2). */
#ifndef ND_RULE_RULES_H
#define ND_RULE_RULES_H

#include "rule/rule.h"

void nd_rule_sgd(nd_learner *learner, const nd_noise *noise);
void nd_rule_adam(nd_learner *learner, const nd_noise *noise);
void nd_rule_rmsprop(nd_learner *learner, const nd_noise *noise);
void nd_rule_sed(nd_learner *learner, const nd_noise *noise);

/* The gradient at this step's noisy data, update noise added, into learner->gradient. */
void nd_noisy_gradient(nd_learner *learner, const nd_noise *noise);

#endif
