/* Sightings are learned, and known when the next message comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/config.h>
#include <pixelward/reputation/reputation.h>

#define DAY_MS	((int64_t)24 * 3600 * 1000)
#define NOW	((int64_t)1700000000000)

static struct options		*options;
static struct reputation	*reputation;
static struct arena		*arena;

static int
begin(void **state)
{
	struct buf report;

	(void)state;
	buf_init(&report, 4096);
	options = options_new();
	arena = arena_new(1 << 24);
	assert_int_equal(reputation_open(options, REPUTATION_EMPTY, &report, &reputation), PW_OK);
	buf_fini(&report);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	reputation_close(reputation);
	options_free(options);
	arena_free(arena);
	return 0;
}

/* A message to one person that fetches one URL of one host; the URL is what token says. */
struct mail {
	struct sighting			sighting;
	struct sighting_host		host;
	struct sighting_template	template;
	struct sighting_recipient	recipient;
};

static const struct knowledge *
look(const struct mail *mail)
{
	const struct knowledge *knowledge;

	assert_int_equal(reputation_look(reputation, options, &mail->sighting, arena, &knowledge), PW_OK);
	assert_true(knowledge->complete);
	return knowledge;
}

static struct mail *
mail_of(int64_t time_ms, uint64_t recipient, uint64_t token, uint32_t appearance, uint32_t tokens)
{
	static uint64_t	 messages;
	struct mail	*mail = arena_alloc(arena, sizeof(*mail));

	assert_non_null(mail);
	*mail = (struct mail){
		.host = { SPAN("img.host.example"), SPAN("host.example"), appearance | APPEARS_FETCHED, 1 },
		.template = { .appearance = appearance | APPEARS_FETCHED, .tokens = tokens, .digest = 55, .token = token },
		.recipient = { .mailbox = SPAN("r@example.net"), .digest = recipient },
	};
	mail->sighting = (struct sighting){ .time_ms = time_ms, .message = ++messages, .flags = SIGHTING_ALIGNED,
		.sender_domain = SPAN("sender.example"), .hosts = &mail->host, .host_count = 1,
		.templates = &mail->template, .template_count = 1, .recipients = &mail->recipient,
		.recipient_count = 1, .recipients_in_all = 1 };
	return mail;
}

static void
learn(struct mail *mail)
{
	assert_int_equal(reputation_learn(reputation, SPAN("node"), &mail->sighting, 1), PW_OK);
}

static void
five_days_of_pictures_for_five_people_vouch(void **state)
{
	struct mail *before = mail_of(NOW - 20 * DAY_MS, 99, 99, APPEARS_SHOWN, 0);

	(void)state;
	/* The history is old enough to tell what is new. */
	before->host.host = before->host.domain = before->sighting.sender_domain = SPAN("other.example");
	learn(before);
	for (int day = 0; day < 5; day++) {
		struct mail *mail = mail_of(NOW + day * DAY_MS, (uint64_t)day + 1, 9, APPEARS_SHOWN, 0);

		assert_false(look(mail)->hosts[0].vouched);
		assert_int_equal(look(mail)->hosts[0].messages, day);
		learn(mail);
	}
	const struct knowledge *known = look(mail_of(NOW + 6 * DAY_MS, 9, 9, APPEARS_SHOWN, 0));

	assert_true(known->hosts[0].vouched);
	assert_int_equal(known->hosts[0].shown, 2);
	assert_int_equal(known->sender.messages, 5);
	assert_int_equal(known->sender.recipients, 5);
	assert_int_equal(known->templates[0].proof, PROOF_STATIC);
	/* That opens no door for others. */
	assert_true(known->templates[0].vouched);
	struct mail *other = mail_of(NOW + 6 * DAY_MS, 9, 1, APPEARS_SHOWN, 0);
	other->template.digest++;
	assert_false(look(other)->templates[0].vouched);
	learn(mail_of(NOW + 28 * DAY_MS, 6, 9, APPEARS_SHOWN, 0));
	other->sighting.time_ms = NOW + 28 * DAY_MS + 1;
	assert_true(look(other)->templates[0].vouched);
}

/* What the first ones of a batch prove counts for those behind them. */
static void
learned_at_once_they_know_of_each_other(void **state)
{
	struct sighting sightings[6];

	(void)state;
	for (unsigned i = 0; i < NITEMS(sightings); i++) {
		sightings[i] = mail_of(NOW + i, i + 1, 9, APPEARS_SHOWN | APPEARS_OPAQUE, 2)->sighting;
		sightings[i].number = i + 1;
	}
	assert_int_equal(reputation_learn(reputation, SPAN("node"), sightings, 6), PW_OK);
	const struct knowledge *known = look(mail_of(NOW + 9, 9, 9, APPEARS_SHOWN | APPEARS_OPAQUE, 2));

	assert_int_equal(known->hosts[0].messages, 6);
	/* The same picture for three people is one for all. */
	assert_int_equal(known->hosts[0].shown, 3);
	assert_int_equal(known->templates[0].proof, PROOF_STATIC);
}

static void
five_days_of_beacons_do_not(void **state)
{
	(void)state;
	for (int day = 0; day < 10; day++)
		learn(mail_of(NOW + day * DAY_MS, (uint64_t)day + 1, (uint64_t)day + 100, APPEARS_HIDDEN | APPEARS_OPAQUE, 2));
	const struct knowledge *known = look(mail_of(NOW + 10 * DAY_MS, 99, 999, APPEARS_HIDDEN | APPEARS_OPAQUE, 2));

	assert_false(known->hosts[0].vouched);
	assert_true(known->hosts[0].known);
	assert_int_equal(known->hosts[0].personal, 10);
	assert_int_equal(known->hosts[0].shown, 0);
	assert_int_equal(known->templates[0].proof, PROOF_PERSONAL);
	assert_int_equal(known->templates[0].messages, 10);
}

static void
pictures_with_a_token_do_not_either_until_they_are_the_same_for_all(void **state)
{
	(void)state;
	for (int day = 0; day < 10; day++)
		learn(mail_of(NOW + day * DAY_MS, (uint64_t)day + 1, (uint64_t)day + 100, APPEARS_SHOWN | APPEARS_OPAQUE, 2));
	assert_int_equal(look(mail_of(NOW, 1, 1, APPEARS_SHOWN, 2))->hosts[0].shown, 0);
	for (int day = 10; day < 20; day++)
		learn(mail_of(NOW + day * DAY_MS, (uint64_t)day + 1, 7, APPEARS_SHOWN | APPEARS_OPAQUE, 2));
	assert_int_equal(look(mail_of(NOW + 20 * DAY_MS, 1, 1, APPEARS_SHOWN, 2))->hosts[0].shown, 7);
}

static void
pictures_that_are_others_in_each_mail_do_not_whatever_their_names(void **state)
{
	(void)state;
	for (int day = 0; day < 20; day++) {
		struct mail *mail = mail_of(NOW + day * DAY_MS, (uint64_t)day + 1, (uint64_t)day + 100, APPEARS_SHOWN, 0);

		mail->template.digest = 1000 + (uint64_t)day;
		learn(mail);
	}
	const struct knowledge *known = look(mail_of(NOW + 20 * DAY_MS, 99, 999, APPEARS_SHOWN, 0));

	assert_int_equal(known->hosts[0].fetched, 20);
	assert_int_equal(known->hosts[0].shown, 0);
	assert_false(known->hosts[0].vouched);
}

static void
old_mail_vouches_at_once(void **state)
{
	struct mail *mail = mail_of(NOW - 100 * DAY_MS, 1, 1, APPEARS_SHOWN | APPEARS_OPAQUE, 2);

	(void)state;
	assert_false(look(mail)->seasoned);
	mail->sighting.flags = SIGHTING_LEARNED;
	learn(mail);
	const struct knowledge *known = look(mail_of(NOW, 2, 2, APPEARS_SHOWN, 0));

	assert_true(known->seasoned);
	assert_true(known->hosts[0].vouched);
	assert_false(known->sender.vouched);
}

static const struct nothing_case {
	const char	*says;
	uint32_t	 appearance, tokens;
} nothings[] = {
	{ "old mail: a hidden beacon earns nothing", APPEARS_HIDDEN | APPEARS_OPAQUE, 2 },
	{ "old mail: a hidden picture without a token neither", APPEARS_HIDDEN, 0 },
	{ "old mail: nor what is on a list", APPEARS_SHOWN | APPEARS_LISTED, 0 },
	{ "old mail: nor a picture with the recipient's address", APPEARS_SHOWN | APPEARS_RECIPIENT, 0 },
	{ "old mail: nor one that reports the opening", APPEARS_SHOWN | APPEARS_REPORTING, 2 },
};

static void
earns_nothing(void **state)
{
	const struct nothing_case	*row = *state;

	for (int day = 0; day < 20; day++) {
		struct mail *mail = mail_of(NOW + day * DAY_MS, (uint64_t)day + 1, 1, row->appearance, row->tokens);

		mail->sighting.flags |= SIGHTING_LEARNED;
		learn(mail);
	}
	const struct knowledge *known = look(mail_of(NOW + 20 * DAY_MS, 2, 2, APPEARS_SHOWN, 0));

	assert_true(known->seasoned);
	assert_true(known->hosts[0].known);
	assert_int_equal(known->hosts[0].learned, 0);
	assert_false(known->hosts[0].vouched);
}

static void
fourteen_days_season_who_believes_a_verifier(void **state)
{
	struct buf report;

	(void)state;
	buf_init(&report, 4096);
	learn(mail_of(NOW, 1, 1, APPEARS_SHOWN, 0));
	assert_false(look(mail_of(NOW + 15 * DAY_MS, 1, 1, APPEARS_SHOWN, 0))->seasoned);
	assert_int_equal(config_set(options, "test", "TrustedAuthservIDs", "mx.example", &report), PW_OK);
	assert_true(look(mail_of(NOW + 15 * DAY_MS, 1, 1, APPEARS_SHOWN, 0))->seasoned);
	assert_false(look(mail_of(NOW + 13 * DAY_MS, 1, 1, APPEARS_SHOWN, 0))->seasoned);
	buf_fini(&report);
}

static struct mail *
suspect_of(int64_t time_ms, uint64_t number)
{
	struct mail *mail = mail_of(time_ms, number, number, APPEARS_HIDDEN | APPEARS_OPAQUE, 2);

	mail->host.domain = arena_printf(arena, "new%llu.example", (unsigned long long)number);
	mail->template.digest = number;
	mail->sighting.watched_count = 1;
	reputation_mark(&mail->sighting, look(mail));
	return mail;
}

static void
suspect_mails_to_watched_people_surge(void **state)
{
	uint64_t number = 1000;

	(void)state;
	assert_int_equal(look(suspect_of(NOW, number++))->surge, -1);
	for (int day = 0; day < 20; day++)
		learn(suspect_of(NOW + day * DAY_MS, number++));
	for (int i = 0; i < 9; i++)
		learn(suspect_of(NOW + 20 * DAY_MS, number++));
	assert_int_equal(look(mail_of(NOW + 20 * DAY_MS, 1, 1, APPEARS_SHOWN, 0))->surge, 0);
	assert_int_equal(look(suspect_of(NOW + 20 * DAY_MS, number++))->surge, 10);
	struct mail *other = suspect_of(NOW + 20 * DAY_MS, number++);
	other->sighting.watched_count = 0;
	learn(other);
	assert_int_equal(look(other)->surge, 0);
}

static void
a_record_is_learned_once(void **state)
{
	struct mail *mail = mail_of(NOW, 1, 1, APPEARS_SHOWN, 0);

	(void)state;
	mail->sighting.number = 3;
	learn(mail);
	learn(mail);
	assert_int_equal(look(mail)->hosts[0].messages, 1);
}

static void
an_analyst_s_word_is_asked_and_known(void **state)
{
	struct standing standing;

	(void)state;
	assert_int_equal(reputation_say(reputation, SPAN("host.example"), WORD_ALLOW, SPAN("ours"), 0), PW_OK);
	assert_int_equal(reputation_ask(reputation, SPAN("host.example"), NOW, arena, &standing), PW_OK);
	assert_int_equal(standing.word, WORD_ALLOW);
	assert_true(standing.vouched);
	assert_int_equal(standing.score, 100);
	assert_true(look(mail_of(NOW, 1, 1, APPEARS_SHOWN, 0))->hosts[0].vouched);
}

#define TEST(function)	cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(nothings) + 10] = {
		TEST(five_days_of_pictures_for_five_people_vouch),
		TEST(learned_at_once_they_know_of_each_other),
		TEST(five_days_of_beacons_do_not),
		TEST(pictures_with_a_token_do_not_either_until_they_are_the_same_for_all),
		TEST(pictures_that_are_others_in_each_mail_do_not_whatever_their_names),
		TEST(old_mail_vouches_at_once),
		TEST(fourteen_days_season_who_believes_a_verifier),
		TEST(a_record_is_learned_once),
		TEST(an_analyst_s_word_is_asked_and_known),
		TEST(suspect_mails_to_watched_people_surge),
	};

	for (size_t i = 0; i < NITEMS(nothings); i++)
		tests[10 + i] = (struct CMUnitTest){ .name = nothings[i].says, .test_func = earns_nothing, .setup_func = begin,
		    .teardown_func = end, .initial_state = (void *)(uintptr_t)&nothings[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
