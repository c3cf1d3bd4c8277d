/* What a dissector needs, it has inside of its sandbox: every charset, every table, memory. */
#include "support.h"

#include <pixelward/dissect/dissect.h>

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dissect/mail/charset_decode.h"
#include "dissect/mail/words.h"
#include "keeper/dissector.h"
#include "keeper/sandbox.h"

/* Where the child is, should it die there. */
static char *place;
#define PLACE_BYTES	256

static void
run_inside(void (*inside)(void))
{
	int	ends[2], status;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const char *wall;

		if (sandbox_close(ends[1], (uint64_t)1 << 30, 60, &wall) < 0)
			_exit(99);
		inside();
		_exit(0);
	}
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("status 0x%x at %s", (unsigned)status, place);
}

/* Markup in the charset's own bytes, made outside. */
struct sample {
	char	bytes[256];
	size_t	len;
};
static struct sample	*samples;
static size_t		 sample_count;

static void
sample_make(struct sample *sample, const char *label)
{
	static const char	 page[] = "<img src=\"http://t.example/\">";
	struct charset		 charset = charset_of(span_of(label), SPAN_NONE);
	iconv_t			 converter = iconv_open(strcmp(charset.name, "HZ") == 0 ? "GB18030" : charset.name, "UTF-8");
	char			*from = (char *)(uintptr_t)page, *to = sample->bytes;
	size_t			 left = sizeof(page) - 1, room = sizeof(sample->bytes);

	assert_true(converter != (iconv_t)-1);
	assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
	iconv(converter, NULL, NULL, &to, &room);
	iconv_close(converter);
	sample->len = sizeof(sample->bytes) - room;
}

static void
decode_all(void)
{
	for (size_t i = 0; i < sample_count; i++) {
		struct arena		*arena = arena_new((size_t)1 << 20);
		struct span		 bytes = { samples[i].bytes, samples[i].len };
		struct charset_text	 text;

		snprintf(place, PLACE_BYTES, "the body in %s", charset_known(i));
		if (charset_decode(charset_of(span_of(charset_known(i)), bytes), bytes, arena, &text) != PW_OK ||
		    span_find(text.text, SPAN("<img src=\"http://t.example/\">"), 0) == text.text.len)
			_exit(1);
		/* A lead byte makes every charset load its converter. */
		bytes = SPAN("\xe4\xa4\xa1 x");
		if (charset_decode(charset_of(span_of(charset_known(i)), SPAN_NONE), bytes, arena, &text) != PW_OK)
			_exit(2);
		snprintf(place, PLACE_BYTES, "a word in %s", charset_known(i));
		struct span word = arena_printf(arena, "=?%s?Q?=41=e4=a4=a1b?= =?X-%s*de?b?5KShYQ==?=", charset_known(i),
		    charset_known(i));
		if (words_decode(word, arena).at == NULL)
			_exit(3);
		arena_free(arena);
	}
}

static void
test_every_charset_is_decoded_inside(void **state)
{
	(void)state;
	while (charset_known(sample_count) != NULL)
		sample_count++;
	samples = calloc(sample_count, sizeof(*samples));
	assert_non_null(samples);
	for (size_t i = 0; i < sample_count; i++)
		sample_make(&samples[i], charset_known(i));
	run_inside(decode_all);
	free(samples);
}

static void
words_odd(void)
{
	static const char *const odd[] = {
		"=?windows-31j?B?gqA=?=", "=?x-unheard-of?Q?=e4?=", "=?iso-8859-99?Q?=e4?=", "=?cp10007?B?gA==?=",
		"=?armscii-8?Q?=b2?=", "=?../../etc/passwd?Q?a?=", "=?utf-8//TRANSLIT?Q?=c3=a4?=", "=?viscii?q?=e4?=",
		"=?ibm1388?b?DkFCDw==?= =?mac-centraleurope?q?=80?=", "\xe4\xf6 =?", "=??q?a?=", "=?utf-8?x?a?=",
		"=?tscii?q?=ab?=", "=?euc-jisx0213?b?pKI=?=", "=?hz-gb-2312?q?~{VPND~}?=",
	};

	for (size_t i = 0; i < NITEMS(odd); i++) {
		struct arena *arena = arena_new((size_t)1 << 20);

		snprintf(place, PLACE_BYTES, "the word %s", odd[i]);
		if (words_decode(span_of(odd[i]), arena).at == NULL)
			_exit(1);
		arena_free(arena);
	}
}

static void
test_words_in_charsets_that_are_not_loaded_ask_for_no_file(void **state)
{
	(void)state;
	run_inside(words_odd);
}

static void
messages(void)
{
	static const char *const mails[] = {
		"Subject: =?koi8-r?B?8NLJ18XU?=\r\nFrom: =?big5?B?pKSk5Q==?= <a@b\xc3\xbc" "cher.example>\r\n"
		"Content-Type: text/html; charset=iso-2022-kr\r\n\r\n<img src=//b\xc3\xbc" "cher.co.uk/a.gif>\r\n",
		"Content-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		"PABpAG0AZwAgAHMAcgBjAD0AaAB0AHQAcAA6AC8ALwB0AC4AZQB4AGEAbQBwAGwAZQAvAD4A\r\n",
		"Content-Type: text/html\r\n\r\n<table><svg><select><title><select><tr><img src=http://t.example/>",
		"Content-Type: text/html\r\n\r\n<style>@import url(http://t.example/);</style><p title=&lt",
	};

	for (size_t i = 0; i < NITEMS(mails); i++) {
		struct arena		*arena = arena_new((size_t)1 << 28);
		const struct dissection	*d;

		snprintf(place, PLACE_BYTES, "message %zu", i);
		if (dissect(span_of(mails[i]), &limits_default, arena, &d) == PW_ENOMEM)
			_exit(1);
		arena_free(arena);
	}
}

/* The C library's sort asks the kernel for the machine's memory, once. */
static void
large_sorts(void)
{
	struct arena	*arena = arena_new((size_t)1 << 28);
	struct span	 kept[2000], live;

	snprintf(place, PLACE_BYTES, "the kept URLs");
	for (size_t i = 0; i < NITEMS(kept); i++)
		kept[i] = arena_printf(arena, "http://t.example/%zu", i * 7919 % NITEMS(kept));
	struct changed changed = { .bytes = SPAN("<img src=http://t.example/77>"), .kept = kept,
	    .kept_count = NITEMS(kept) };
	if (dissect_inert(&changed, 1, &limits_default, arena, &live) != PW_OK)
		_exit(1);
}

static void
test_large_sorts_ask_for_nothing(void **state)
{
	(void)state;
	run_inside(large_sorts);
}

static void
test_messages_are_taken_apart_inside(void **state)
{
	(void)state;
	run_inside(messages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_charset_is_decoded_inside),
		cmocka_unit_test(test_words_in_charsets_that_are_not_loaded_ask_for_no_file),
		cmocka_unit_test(test_large_sorts_ask_for_nothing),
		cmocka_unit_test(test_messages_are_taken_apart_inside),
	};
	struct buf why;

	buf_init(&why, 1024);
	place = mmap(NULL, PLACE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (place == MAP_FAILED || !dissector_prepare(&why)) {
		fprintf(stderr, "%.*s\n", SPAN_ARG(buf_span(&why)));
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
