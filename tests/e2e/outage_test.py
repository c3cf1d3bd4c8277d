"""Redis is away while thousands of messages come: once it is back, everything there is the number of messages."""

import json
import unittest

from . import milter_mail, pixelward, redis, scratch

MANY = 2000


class Outage(unittest.TestCase):

    def setUp(self):
        redis.check_machine()
        self.server = redis.Redis()
        self.addCleanup(self.server.stop)
        self.ward = pixelward.Pixelward(NodeName="mx1", Redis="unix:" + self.server.socket)
        self.addCleanup(self.ward.stop)
        self.posted = 0

    def post(self, count):
        milter_mail.post(self.ward, range(self.posted, self.posted + count))
        self.posted += count

    def told(self):
        """What Redis was told so far: by the counters, of events, and in the reputation."""
        return (int(self.server.command("HGET", "pw:c:all", "messages") or 0), self.server.command("XLEN", "pw:ev"),
                *(int(self.server.command("HGET", "pw:rep:{" + domain + "}", "n") or 0)
                  for domain in ("beacon.example", "sender.example")))

    def check(self):
        scratch.wait_until(lambda: min(self.told()) >= self.posted, "all of it", 4 * scratch.PATIENCE)
        self.assertEqual(self.told(), (self.posted,) * 4)
        events = [dict(zip(fields[::2], fields[1::2]))["qid"] for _, fields in self.server.command("XRANGE", "pw:ev", "-", "+")]
        self.assertEqual(sorted(events), sorted(f"Q{n}" for n in range(self.posted)))
        known = self.server.hash("pw:rep:{beacon.example}")
        self.assertEqual({known[field] for field in "npx"}, {str(self.posted)})

    def wait_midst(self):
        before = self.told()
        scratch.wait_until(lambda: self.told() > before or self.told() == (self.posted,) * 4, "some of them", interval=0.001)

    def test_it_comes_back_and_dies_again_in_the_midst_as_does_the_gateway(self):
        self.post(20)
        self.check()
        self.server.kill()
        self.post(MANY)  # nobody waits for it
        self.server.start()
        self.wait_midst()
        self.ward.kill_gateway()
        self.wait_midst()
        self.server.kill()
        self.server.start()
        self.wait_midst()
        self.ward.kill()
        self.ward.start()
        self.check()

    def test_the_gateway_gets_another_name(self):
        self.post(20)
        self.check()
        self.ward.kill()
        self.ward.configure(NodeName="mx2", Redis="unix:" + self.server.socket)
        self.ward.start()
        self.post(30)
        self.check()
        self.server.kill()
        self.server.start(empty=True)
        self.check()
        scratch.wait_until(lambda: [self.server.command("HGET", "pw:c:node:" + name, "messages")
                                    for name in ("mx1", "mx2")] == ["20", "30"], "what each name counted")

    def test_it_comes_back_empty(self):
        self.post(500)
        self.check()
        self.server.kill()
        self.post(MANY)
        self.server.start(empty=True)
        self.check()
        beat = json.loads(self.server.command("GET", "pw:hb:mx1"))
        self.assertEqual(beat["mode"], "enforce")
        self.assertIn(f" generation={beat['generation']} ", self.ward.log)


if __name__ == "__main__":
    unittest.main()
