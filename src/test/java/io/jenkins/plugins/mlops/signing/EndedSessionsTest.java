package io.jenkins.plugins.mlops.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hudson.AbortException;
import hudson.FilePath;
import hudson.remoting.Channel;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Collection;
import jenkins.security.MasterToSlaveCallable;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What stays on an agent, which may live for months and serve thousands of builds. */
@WithJenkins
class EndedSessionsTest {

    @Test
    void nothingHoldsASessionThatHasEnded(JenkinsRule jenkins) throws Exception {
        FilePath root = jenkins.createOnlineSlave().getRootPath();
        StoreSigner signer = new StoreSigner(
                new ObjectStoreProfile("store", "http://127.0.0.1:1"),
                jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject()),
                asked -> {
                    throw MlopsException.refused("nothing is signed here");
                });
        int before = root.act(new Listeners());
        for (int i = 0; i < 3; i++) {
            assertThat(SignedWork.on(root, new Saying("done"), signer, "agent")).isEqualTo("done");
            assertThatThrownBy(() -> SignedWork.on(root, new Saying(null), signer, "agent"))
                    .isInstanceOf(AbortException.class)
                    .hasMessage("There is nothing to say");
        }
        assertThat(root.act(new Listeners())).isEqualTo(before);
    }

    private static final class Saying extends SignedTask<String> {

        private static final long serialVersionUID = 1L;

        private final String word;

        Saying(String word) {
            this.word = word;
        }

        @Override
        protected String run(Path directory, ObjectStore store) {
            if (word == null) {
                throw MlopsException.failed("There is nothing to say");
            }
            return word;
        }
    }

    /** How many wait for the loss of the agent's connection. */
    private static final class Listeners extends MasterToSlaveCallable<Integer, ReflectiveOperationException> {

        private static final long serialVersionUID = 1L;

        @Override
        public Integer call() throws ReflectiveOperationException {
            Field listeners = Channel.class.getDeclaredField("listeners");
            listeners.setAccessible(true);
            return ((Collection<?>) listeners.get(Channel.current())).size();
        }
    }
}
