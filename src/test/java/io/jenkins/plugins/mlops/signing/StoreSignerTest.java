package io.jenkins.plugins.mlops.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class StoreSignerTest {

    @Test
    void anAgentThatAsksForWhatIsForbiddenDoesNotFillTheLog(JenkinsRule jenkins) throws Exception {
        ObjectStoreProfile profile = new ObjectStoreProfile("store", "http://127.0.0.1:1");
        MlopsConfiguration.get().setObjectStores(List.of(profile));
        StoreSigner signer =
                new StoreSigner(profile, jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject()), asked -> {
                    throw MlopsException.refused("another\nline");
                });
        List<SigningRequest> batch = IntStream.range(0, AgentSession.BATCH)
                .mapToObj(number -> SigningRequest.of(number, number))
                .toList();
        try (LogRecorder log =
                new LogRecorder().record(StoreSigner.class, Level.WARNING).capture(100)) {
            for (int i = 0; i < 5; i++) {
                assertThat(signer.sign(batch, "agent 'a'"))
                        .hasSize(AgentSession.BATCH)
                        .allMatch(answer -> answer.url == null && answer.refusal.equals("another\nline"));
            }
            assertThat(log.getMessages())
                    .containsExactly(
                            "Not signed for the agent 'a', refusal 1 of this piece of work: object 0: another\ufffdline",
                            "Not signed for the agent 'a', refusal 10 of this piece of work: object 9: another\ufffdline",
                            "Not signed for the agent 'a', refusal 100 of this piece of work: object 99: another\ufffdline",
                            "Not signed for the agent 'a', refusal 1000 of this piece of work: object 999: another\ufffdline");
        }
    }
}
