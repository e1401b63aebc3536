package io.jenkins.plugins.mlops.report;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.bitbucket.Bitbucket;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import jenkins.util.Timer;

/**
 * What is to be sent to Bitbucket, each a note in {@code mlops/bitbucket-outbox} of the controller's home from before it is sent until
 * after Bitbucket has it. A letter goes through these states:
 *
 * <ol>
 *   <li><b>waiting</b>: noted, under the place that it takes in Bitbucket. A newer letter to that place takes its place here, too, so
 *       that what was said last is what arrives last, and after an outage only that;
 *   <li><b>trying</b>: sent. The letters to one server go one after the other, the oldest first, so that no two writers meet at one pull
 *       request and a server that limits its clients is asked by one of them only;
 *   <li><b>sent</b>, or <b>given up</b>: the note goes, and what became of it is written to the build. Given up is what Bitbucket
 *       refuses (401, 403, 404 and the like), and what did not arrive within {@link #MAX_AGE} or {@link #MAX_ATTEMPTS} tries. What fails in
 *       passing waits again: longer each time, and not less than the server asks for.
 * </ol>
 *
 * <p>When the controller dies while it tries, the letter is tried again after its start; whatever is sent may be sent twice. Thread-safe.
 */
@Extension
public class Outbox {

    /** After this long what does not arrive is given up. */
    static final Duration MAX_AGE = Duration.ofDays(2);

    /** After this many tries, too: with the waits between them about a day. */
    static final int MAX_ATTEMPTS = 60;

    private static final Logger LOGGER = Logger.getLogger(Outbox.class.getName());

    /** The letters wait, no thread does. */
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

    /** So many failures in a row say that it is the server, and no letter. */
    private static final int AWAY = 3;

    private final Notes<Letter> notes = new Notes<>("bitbucket-outbox", Letter.class, "a report to Bitbucket");

    /** When the letters to a server are looked at again. */
    private final Map<String, Future<?>> alarms = new ConcurrentHashMap<>();

    static Outbox get() {
        return ExtensionList.lookupSingleton(Outbox.class);
    }

    /** Keeps a letter until it has arrived, and begins to send it. */
    void put(@NonNull Letter letter) {
        Optional<Letter> before;
        synchronized (notes) {
            before = notes.get(letter.place());
            notes.put(letter.place(), letter);
        }
        before.filter(replaced -> !replaced.build().equals(letter.build()))
                .ifPresent(replaced -> ReportLog.write(replaced, ReportLog.State.REPLACED, null));
        ReportLog.write(letter, ReportLog.State.WAITING, null);
        deliverSoon(letter.target().server());
    }

    /** Begins to send what waits, for each server. */
    void deliverSoon() {
        Set<String> servers = new TreeSet<>();
        notes.all().forEach(letter -> servers.add(letter.target().server()));
        servers.forEach(this::deliverSoon);
    }

    private void deliverSoon(String server) {
        StepThreads.submitInLane(
                () -> {
                    deliver(server);
                    wakeUp(server);
                },
                "reports to Bitbucket " + server);
    }

    private Stream<Letter> waiting(String server) {
        return notes.all().stream().filter(letter -> letter.target().server().equals(server));
    }

    /** One alarm a server: each delivery sets it anew, and whatever begins one comes here. */
    private void wakeUp(String server) {
        Future<?> alarm = waiting(server)
                .map(Letter::next)
                .min(Comparator.naturalOrder())
                .<Future<?>>map(next -> {
                    long millis =
                            Math.max(0, Duration.between(Instant.now(), next).toMillis()) + 1;
                    return Timer.get().schedule(() -> deliverSoon(server), millis, TimeUnit.MILLISECONDS);
                })
                .orElse(null);
        Future<?> before = alarm == null ? alarms.remove(server) : alarms.put(server, alarm);
        if (before != null) {
            before.cancel(false);
        }
    }

    private void deliver(String server) {
        List<Letter> letters = waiting(server)
                .filter(letter -> !letter.next().isAfter(Instant.now()))
                .sorted(Comparator.comparing(Letter::noted))
                .toList();
        if (letters.isEmpty()) {
            return;
        }
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            BitbucketProfile profile = MlopsConfiguration.get().bitbucketServer(server);
            try (Bitbucket bitbucket = Bitbucket.connect(profile.settings(null), ONCE)) {
                deliver(letters, bitbucket);
            }
        } catch (MlopsException e) {
            letters.forEach(letter -> giveUp(letter, e.getMessage()));
        }
    }

    private void deliver(List<Letter> letters, Bitbucket bitbucket) {
        int failures = 0;
        for (int i = 0; i < letters.size(); i++) {
            Letter letter = letters.get(i);
            try {
                letter.send(bitbucket);
                end(letter, ReportLog.State.SENT, null);
                failures = 0;
            } catch (MlopsException e) {
                if (e.kind() == Kind.INTERRUPTED) {
                    return; // Jenkins stops; the letter is there when it starts
                }
                if (e.kind() != Kind.UNREACHABLE) {
                    giveUp(letter, e.getMessage());
                    continue;
                }
                Duration asked = RetryPolicy.Transient.askedWait(e);
                Instant next = postpone(letter, e, asked);
                failures++;
                if (failures == AWAY || !asked.isZero()) {
                    letters.subList(i + 1, letters.size())
                            .forEach(untried -> keep(untried, untried.waitingUntil(next)));
                    return;
                }
            } catch (RuntimeException e) {
                LOGGER.log(Level.WARNING, e, () -> letter.what() + " of " + letter.build() + " cannot be sent");
                giveUp(letter, "It cannot be sent because of a defect (" + e + "), which Jenkins' log tells more of");
            }
        }
    }

    /** @return when it is tried again, or would have been */
    private Instant postpone(Letter letter, MlopsException e, Duration asked) {
        Letter later = letter.postponed(asked);
        boolean hopeless =
                later.attempts() >= MAX_ATTEMPTS || letter.noted().plus(MAX_AGE).isBefore(later.next());
        if (hopeless) {
            giveUp(letter, e.getMessage() + "; this is not tried any more");
        } else {
            keep(letter, later);
            ReportLog.write(later, ReportLog.State.WAITING, e.getMessage());
        }
        return later.next();
    }

    private void keep(Letter sent, Letter later) {
        synchronized (notes) {
            if (isCurrent(sent)) {
                notes.put(later.place(), later);
            }
        }
    }

    private void giveUp(Letter letter, String why) {
        LOGGER.log(Level.WARNING, () -> letter.what() + " of " + letter.build() + " was not sent: " + why);
        end(letter, ReportLog.State.FAILED, why);
    }

    private void end(Letter letter, ReportLog.State state, String why) {
        ReportLog.write(letter, state, why);
        synchronized (notes) {
            if (isCurrent(letter)) {
                notes.remove(letter.place());
            }
        }
    }

    /** Whether no newer letter took its place meanwhile. */
    private boolean isCurrent(Letter letter) {
        return notes.get(letter.place()).filter(letter::equals).isPresent();
    }
}
