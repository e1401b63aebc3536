package io.jenkins.plugins.mlops;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.workload.Labels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * A namespace of the cluster that {@code MLOPS_TEST_KUBECONFIG} names, for one test, which enforces the pod security standard
 * "restricted". A cloud of Jenkins acts there as a ServiceAccount with the minimal Role and nothing else.
 */
public final class TestNamespace implements AutoCloseable {

    private static final String ACCOUNT = "jenkins";
    private static final String PULL_SECRET = "registry";

    private final Config config;
    private final KubernetesClient admin;
    private final String name;

    private TestNamespace(Config config, KubernetesClient admin, String name) {
        this.config = config;
        this.admin = admin;
        this.name = name;
    }

    /** Skips the test where there is no cluster. */
    public static TestNamespace open() throws IOException {
        String file = System.getenv("MLOPS_TEST_KUBECONFIG");
        assumeTrue(
                file != null, "the environment has no MLOPS_TEST_KUBECONFIG: run it with testing/kubernetes/cluster");
        Config config = Config.fromKubeconfig(Path.of(file).toFile());
        KubernetesClient admin =
                new KubernetesClientBuilder().withConfig(config).build();
        String name = "jenkins-" + UUID.randomUUID().toString().substring(0, 8);
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(Map.of("pod-security.kubernetes.io/enforce", "restricted"))
                        .endMetadata()
                        .build())
                .create();
        TestNamespace namespace = new TestNamespace(config, admin, name);
        namespace.fill();
        return namespace;
    }

    private void fill() throws IOException {
        String auth = System.getenv("MLOPS_TEST_KUBERNETES_REGISTRY_USER") + ":"
                + System.getenv("MLOPS_TEST_KUBERNETES_REGISTRY_PASSWORD");
        admin.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(name)
                        .withName(PULL_SECRET)
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .withStringData(Map.of(
                                ".dockerconfigjson",
                                "{\"auths\":{\"" + System.getenv("MLOPS_TEST_KUBERNETES_REGISTRY") + "\":{\"auth\":\""
                                        + Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8))
                                        + "\"}}}"))
                        .build())
                .create();
        account("default");
        account(ACCOUNT);
        Role role;
        try (InputStream in = Cluster.class.getResourceAsStream("role.yaml")) {
            role = admin.getKubernetesSerialization().unmarshal(in, Role.class);
        }
        admin.resource(role).inNamespace(name).create();
        grant(role.getMetadata().getName());
    }

    private void account(String account) {
        admin.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(name)
                        .withName(account)
                        .endMetadata()
                        .addNewImagePullSecret(PULL_SECRET)
                        .build())
                .createOr(existing -> existing.patch());
    }

    private void grant(String role) {
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(name)
                        .withName(role)
                        .endMetadata()
                        .withNewRoleRef()
                        .withApiGroup("rbac.authorization.k8s.io")
                        .withKind("Role")
                        .withName(role)
                        .endRoleRef()
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withNamespace(name)
                        .withName(ACCOUNT)
                        .endSubject()
                        .build())
                .create();
    }

    /** Gives the account the rights that agents of the Kubernetes plugin need, beside those that trainings do. */
    public void allowAgents() {
        admin.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withNamespace(name)
                        .withName("agents")
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("")
                        .withResources("pods", "pods/exec", "pods/log", "events")
                        .withVerbs("get", "list", "watch", "create", "delete")
                        .endRule()
                        .build())
                .create();
        grant("agents");
    }

    /** Of the account. */
    public String token() {
        return admin.serviceAccounts()
                .inNamespace(name)
                .withName(ACCOUNT)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(7200L)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    /** The API server's address. */
    public String server() {
        return config.getMasterUrl();
    }

    /** PEM of the API server's authority. */
    public String authority() throws IOException {
        return config.getCaCertData() != null
                ? new String(Base64.getDecoder().decode(config.getCaCertData()), StandardCharsets.UTF_8)
                : Files.readString(Path.of(config.getCaCertFile()));
    }

    public String name() {
        return name;
    }

    /** May do everything. */
    public KubernetesClient admin() {
        return admin;
    }

    /** How many Jobs, pods and Secrets of trainings there are. */
    public int left() {
        return admin.batch().v1().jobs().inNamespace(name).list().getItems().size()
                + admin.pods().inNamespace(name).list().getItems().size()
                + admin.secrets()
                        .inNamespace(name)
                        .withLabel(Labels.MANAGED_BY)
                        .list()
                        .getItems()
                        .size();
    }

    /** One of the test images by digest; skips the test where there is none. @param name such as python */
    public static String image(String name) {
        String image = System.getenv("MLOPS_TEST_IMAGE_" + name.toUpperCase(Locale.ROOT));
        assumeTrue(image != null, "the cluster has no test image " + name);
        return image;
    }

    @Override
    public void close() {
        admin.namespaces().withName(name).delete();
        admin.close();
    }
}
