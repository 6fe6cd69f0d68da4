/* An experiment's beginning: the data set of its world and the network that starts to learn it. */
#ifndef ND_EXPERIMENT_START_H
#define ND_EXPERIMENT_START_H

#include "experiment/experiment.h"
#include "rule/rule.h"
#include "world/dataset.h"

/* For what works on the feed-forward network alone: false, with `error` saying so, for an
 * experiment of another model. */
bool nd_needs_feed_forward(const nd_experiment *experiment, nd_error *error);

/* nd_dataset_make; where `links`, those in a data file are followed to other regular files. */
nd_dataset *nd_dataset_make_following(const nd_experiment *experiment, bool links, nd_error *error);

/* Does the experiment use what the caller's own arrays hold: is its task arrays, and do their
 * initial weights, if there are any, begin its network? */
bool nd_dataset_suits(const nd_experiment *experiment, const nd_dataset *dataset, nd_error *error);

/* The parameters at step 0: drawn from experiment->seed (rich, lazy), or the data set's own (file;
 * fails where it has none or they are for another number of units). */
nd_parameters *nd_initial_parameters(const nd_experiment *experiment, const nd_dataset *dataset,
                                     nd_error *error);

/* The reference (rule/rule.h) at step 0; experiment and data set must outlive it. */
nd_learner *nd_learner_start(const nd_experiment *experiment, const nd_dataset *dataset,
                             nd_error *error);

#endif
