package io.jenkins.plugins.mlops.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.RequestSigner;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgentSessionTest {

    private static final long VALID = 60_000;
    private static final int MANY = 5_000;

    private final String id = UUID.randomUUID().toString();

    /** Reads objects as a pull does, without a store. */
    private static final class Reading extends SignedTask<Integer> {

        private static final long serialVersionUID = 1L;

        private final String session;

        Reading(String session) {
            this.session = session;
        }

        @Override
        protected Integer run(Path directory, ObjectStore store) throws java.io.IOException {
            RequestSigner signer = AgentSession.find(session);
            List<ObjectPin> pins = IntStream.range(0, MANY)
                    .mapToObj(i -> ObjectPin.latest(S3Uri.parse("s3://data/" + i)))
                    .toList();
            signer.expect(pins, IntStream.range(0, MANY).map(i -> 2 * i).toArray());
            for (int i = 0; i < MANY; i++) {
                URI url = signer.sign(StoreRequest.get(pins.get(i)), null);
                assertThat(url).hasToString("http://store/" + 2 * i);
                if (i % 1000 == 0) {
                    assertThat(signer.sign(StoreRequest.get(pins.get(i)), url)).isNotEqualTo(url);
                }
            }
            return MANY;
        }
    }

    @Test
    void objectsAreAskedForInBatchesAhead() throws Exception {
        AgentSession.begin(id, new Reading(id), Path.of("."), URI.create("http://127.0.0.1:1"));
        int messages = 0;
        Set<Integer> signed = new HashSet<>();
        List<SignedUrl> answers = new ArrayList<>();
        while (true) {
            SessionReport report = AgentSession.find(id).exchange(answers, VALID, 1_000);
            if (report.state != SessionReport.State.WORKING) {
                assertThat(report.result).as(report.message).isEqualTo(MANY);
                break;
            }
            messages++;
            assertThat(report.wanted).hasSizeLessThanOrEqualTo(AgentSession.BATCH);
            answers = new ArrayList<>();
            for (SigningRequest wanted : report.wanted) {
                String again = signed.add(wanted.number()) ? "" : "?again";
                answers.add(new SignedUrl(wanted.id(), "http://store/" + wanted.number() + again, null));
            }
        }
        assertThat(messages).isLessThan(40);
        assertThat(AgentSession.find(id)).isNull();
    }

    @Test
    void aRefusalFailsTheWorkAndACancellationEndsIt() throws Exception {
        AgentSession.begin(id, new Reading(id), Path.of("."), URI.create("http://127.0.0.1:1"));
        SessionReport report = AgentSession.find(id).exchange(List.of(), VALID, 10_000);
        SessionReport end = AgentSession.find(id)
                .exchange(
                        List.of(new SignedUrl(report.wanted.get(0).id(), null, "You may not read that")),
                        VALID,
                        10_000);
        assertThat(end.state).isEqualTo(SessionReport.State.FAILED);
        assertThat(end.message).isEqualTo("You may not read that");
        AgentSession.begin(id, new Reading(id), Path.of("."), URI.create("http://127.0.0.1:1"));
        AgentSession waiting = AgentSession.find(id);
        waiting.exchange(List.of(), VALID, 10_000);
        waiting.cancel();
        assertThat(AgentSession.find(id)).isNull();
        assertThat(waiting.exchange(List.of(), VALID, 10_000).state).isEqualTo(SessionReport.State.INTERRUPTED);
    }
}
