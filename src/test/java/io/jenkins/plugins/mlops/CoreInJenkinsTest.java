package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.slaves.DumbSlave;
import java.io.File;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Core with the libraries that Jenkins and its API plugins have. */
@WithJenkins
class CoreInJenkinsTest {

    @Test
    void coreWorksOnTheControllerAndOnAnAgent(JenkinsRule jenkins) throws Exception {
        CoreUse here = new CoreUse(new File(jenkins.jenkins.getRootDir(), "core"));
        assertThat(here.call()).isEqualTo(here.expected());
        DumbSlave agent = jenkins.createOnlineSlave();
        CoreUse there = new CoreUse(new File(agent.getRemoteFS(), "core"));
        assertThat(agent.getChannel().call(there)).isEqualTo(there.expected());
    }
}
