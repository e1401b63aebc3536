package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;
import io.jenkins.plugins.mlops.core.event.WrittenObject;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What was there is known, or too old to be taken, and never new a second time. */
@WithJenkins
class KeptEventsTest {

    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final int MOST = 5;

    private static KeptEvents<KeptVersion> events(Instant now) {
        KeptEvents<KeptVersion> events = new KeptEvents<>(
                new Notes<>("kept-test", KeptVersion.class, "a version"), MOST, Clock.fixed(now, ZoneOffset.UTC));
        events.load();
        return events;
    }

    /** @param number which version */
    private static KeptVersion version(int number, Instant happened, Instant received) {
        PublishedEvent event = PublishedEvent.of(new WrittenObject(
                        S3Uri.parse("s3://lab-data/digits/manifests/%064x.json".formatted(number)), happened))
                .orElseThrow();
        return new KeptVersion(event.identity("minio"), "minio", event, received.toString(), "", List.of());
    }

    private static Instant at(int minutes) {
        return START.plus(Duration.ofMinutes(minutes));
    }

    @Test
    void nothingThatWasThereIsTakenAgainHoweverMuchCameInBetween(JenkinsRule jenkins) {
        KeptEvents<KeptVersion> events = events(at(100));
        for (int n = 0; n < 4 * MOST; n++) {
            KeptVersion version = version(n, at(n), at(n));
            assertThat(events.add(version)).isEqualTo(KeptEvents.Taken.NEW);
            events.change(version.id(), kept -> kept.ended("settled"));
        }
        assertThat(events.all()).hasSizeLessThanOrEqualTo(MOST + 1);
        for (KeptEvents<KeptVersion> there : List.of(events, events(at(200)))) {
            for (int n = 0; n < 4 * MOST; n++) {
                assertThat(there.add(version(n, at(n), at(150))))
                        .as("replay of " + n)
                        .isEqualTo(n < 3 * MOST - 1 ? KeptEvents.Taken.TOO_OLD : KeptEvents.Taken.KNOWN);
            }
        }
    }

    @Test
    void whatIsNotDoneIsKeptAndWhatIsOldIsForgottenAndNotTaken(JenkinsRule jenkins) {
        KeptEvents<KeptVersion> events = events(at(10));
        KeptVersion waiting = version(0, at(0), at(0));
        KeptVersion done = version(1, at(1), at(1));
        assertThat(events.add(waiting)).isEqualTo(KeptEvents.Taken.NEW);
        assertThat(events.add(done)).isEqualTo(KeptEvents.Taken.NEW);
        events.change(done.id(), kept -> kept.ended("settled"));

        Instant later = at(10).plus(Duration.ofDays(KeptEvents.DAYS));
        KeptEvents<KeptVersion> again = events(later);
        assertThat(again.add(version(2, later, later))).isEqualTo(KeptEvents.Taken.NEW);
        assertThat(again.all())
                .extracting(KeptVersion::id)
                .contains(waiting.id())
                .doesNotContain(done.id());
        assertThat(again.add(waiting)).isEqualTo(KeptEvents.Taken.KNOWN);
        assertThat(again.add(version(1, at(1), later))).isEqualTo(KeptEvents.Taken.TOO_OLD);
    }
}
