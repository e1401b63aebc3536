package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.util.FormValidation;
import hudson.util.FormValidation.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the test buttons say of the real servers that {@code MLOPS_TEST_S3} and {@code MLOPS_TEST_MLFLOW} name. */
@WithJenkins
class ServerProbeIT {

    private static final String S3 = System.getenv("MLOPS_TEST_S3");
    private static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");

    private JenkinsRule jenkins;

    @BeforeEach
    void setUp(JenkinsRule rule) {
        jenkins = rule;
    }

    @Test
    void anObjectStoreSaysWhatTheKeysMaySee() throws Exception {
        assumeTrue(S3 != null, "MLOPS_TEST_S3 names no S3 server");
        credentials("right", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"));
        credentials("wrong-secret", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), "wrong");
        credentials("unknown-user", "unknown", "wrong");
        assertTold(store("right", ""), Kind.OK, "Reached; the credentials are accepted");
        assertTold(store("wrong-secret", ""), Kind.ERROR, "SignatureDoesNotMatch", "check the access key");
        assertTold(store("unknown-user", ""), Kind.ERROR, "was refused", "check the access key");
        assertTold(store("wrong-secret", "some-bucket"), Kind.ERROR, "SignatureDoesNotMatch");
        assertTold(store("", ""), Kind.WARNING, "without credentials buckets cannot be listed");
        assertTold(store("right", "mlops-it-absent"), Kind.ERROR, "mlops-it-absent", "does not exist");
        assertTold(server(S3, "right"), Kind.ERROR, "is no MLflow server");
    }

    @Test
    void anMlflowServerSaysItsVersion() throws Exception {
        assumeTrue(MLFLOW != null, "MLOPS_TEST_MLFLOW names no MLflow server");
        credentials("user", "ann", "any");
        assertTold(server(MLFLOW, ""), Kind.OK, "Reached MLflow 3.", "asks for no credentials");
        assertTold(
                server(MLFLOW + "/", "user"), Kind.OK, "Reached MLflow 3.", "whether these are right it does not tell");
        FormValidation store = jenkins.jenkins
                .getDescriptorByType(ObjectStoreProfile.DescriptorImpl.class)
                .doTestConnection("minio", MLFLOW, "", "user", "");
        assertTold(store, Kind.ERROR, "is no S3 server");
    }

    private FormValidation store(String credentialsId, String location) {
        return jenkins.jenkins
                .getDescriptorByType(ObjectStoreProfile.DescriptorImpl.class)
                .doTestConnection("minio", S3, "", credentialsId, location);
    }

    private FormValidation server(String url, String credentialsId) {
        return jenkins.jenkins
                .getDescriptorByType(MlflowProfile.DescriptorImpl.class)
                .doTestConnection("team", url, credentialsId);
    }

    private static void credentials(String id, String user, String password) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, id, null, user, password));
    }

    private static void assertTold(FormValidation answer, Kind kind, String... phrases) {
        assertThat(answer.kind).as(answer.getMessage()).isEqualTo(kind);
        assertThat(answer.getMessage()).contains(phrases).doesNotContain("\n", "Exception");
    }
}
