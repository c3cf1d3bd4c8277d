/* The words that facts are made of: each table by its index, NULL past the last. Bits have their number's word. */
#ifndef JUDGE_RULES_WORD_H
#define JUDGE_RULES_WORD_H

#include <stdint.h>

typedef const char	*fact_words(uint32_t index);

fact_words word_of_hidden, word_of_quirk, word_of_watched, word_of_encoding, word_of_document,
	word_of_disposition, word_of_policy, word_of_report, word_of_position, word_of_token, word_of_kind, word_of_trigger,
	word_of_analyst, word_of_proof;

#endif
