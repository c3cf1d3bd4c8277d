/* What a fact is of one element: set by who finds it out. A value begins as unknown. */
#ifndef JUDGE_RULES_VALUE_H
#define JUDGE_RULES_VALUE_H

#include "evidence.h"

void	value_set_truth(struct value *, bool truth);
void	value_set_number(struct value *, uint64_t number);
/* What is missing is a text without letters: a rule may ask for it. */
void	value_set_text(struct value *, struct span text);
/* texts NULL: there was no memory. */
void	value_set_texts(struct evidence *, struct value *, struct span *texts, size_t count);
/* As resolvers know it. */
void	value_set_domain(struct evidence *, struct value *, struct span domain);
/* The words of the bits that are set. */
void	value_set_bits(struct evidence *, struct value *, uint32_t bits, const char *(*word)(uint32_t));

#endif
