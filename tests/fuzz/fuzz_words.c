/*
 * A header and a body's first lines: fields lie one behind the other, and what is unfolded, decoded or taken for a
 * parameter is no larger than bounds allow and reads the same a second time; what a message's own header says comes to no
 * more rows than a dissection may have, and these are sound.
 */
#include "dissect/mail/fields.h"
#include "dissect/mail/inlined.h"
#include "dissect/mail/own_header.h"
#include "dissect/mail/words.h"
#include "dissect/url/url.h"

#include "fuzz.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	words_prepare();
	url_prepare();
	return 0;
}

static void
check_parameters(struct span value, struct arena *arena)
{
	struct parameters parameters;

	if (parameters_parse(value, arena, &parameters) != PW_OK)
		return;
	INVARIANT(parameters.count <= MOST_PARAMETERS);
	for (size_t i = 0; i < parameters.head.len; i++)
		INVARIANT(parameters.head.at[i] == ascii_lower(parameters.head.at[i]));
	for (size_t i = 0; i < parameters.count; i++) {
		const struct parameter *parameter = &parameters.at[i];

		for (size_t k = 0; k < parameter->name.len; k++)
			INVARIANT(parameter->name.at[k] == ascii_lower(parameter->name.at[k]));
		INVARIANT(parameter_get(&parameters, parameter->name, 0).at != NULL || parameter->value.at == NULL);
		INVARIANT(words_decode(parameter->value, arena).at != NULL);
	}
}

static void
check_field(const struct field *field, struct span header, struct arena *arena)
{
	INVARIANT(fuzz_is_within(field->name, header) && fuzz_is_within(field->value, header));
	struct span value = field_unfold(field->value, arena);
	INVARIANT(value.len <= field->value.len);
	INVARIANT(span_eq(field_unfold(value, arena), value));
	struct span words = words_decode(value, arena);
	INVARIANT(words.at != NULL);
	/* A character of two bytes in a charset is at most four in UTF-8; one byte, three. */
	INVARIANT(words.len <= 8 * (size_t)WORDS_MOST);
	check_parameters(value, arena);
}

/* The rows of a message's own header, as another process would check them. */
static void
check_block(struct block *block)
{
	const struct dissection *d = block_finish(block);

	INVARIANT(d != NULL && dissection_check(d, d->bytes, block->message.len, block->limits) == PW_OK);
	for (uint32_t i = 1; i < d->claims.count; i++)
		INVARIANT(dissection_claims(d)[i - 1].place <= dissection_claims(d)[i].place);
}

static void
check(struct span input, struct arena *arena)
{
	struct field_reader	reader;
	struct field		field;
	struct inlined		file;
	struct own_header	header = { 0 };
	struct block		block;
	size_t			at = 0;

	INVARIANT(block_init(&block, input, &limits_default, arena) == PW_OK);

	field_reader_init(&reader, input);
	while (field_next(&reader, &field)) {
		INVARIANT(field.begin >= at && field.begin < field.end && field.end <= input.len);
		at = field.end;
		check_field(&field, span_cut(input, field.begin, field.end), arena);
		own_header_read(&header, &block, &field);
	}
	check_block(&block);
	INVARIANT(reader.at >= at && reader.at <= input.len);
	for (at = 0; at < input.len; at = file.end > at ? file.end : at + 1) {
		if (inlined_next(input, at, arena, &file) != PW_OK)
			return;
		if (file.begin == input.len)
			return;
		INVARIANT(file.begin >= at && file.begin < file.end && file.end <= input.len);
		INVARIANT(file.bytes.len <= file.end - file.begin);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
