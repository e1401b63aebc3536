package io.jenkins.plugins.mlops.core.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/**
 * A namespace of the cluster that {@code MLOPS_TEST_KUBECONFIG} names, for one test; gone when it is closed. What is tested acts as a
 * ServiceAccount with the minimal Role and nothing else. Pods can pull from the test registry without naming a pull secret.
 */
public final class TestCluster implements AutoCloseable {

    private static final String WATCHER = "watcher";
    private static final String PULL_SECRET = "registry";

    private final KubernetesClient admin;
    private final String namespace;
    private final Path kubeconfig;

    private TestCluster(KubernetesClient admin, String namespace, Path kubeconfig) {
        this.admin = admin;
        this.namespace = namespace;
        this.kubeconfig = kubeconfig;
    }

    /** Skips the test where there is no cluster. @param labels of the namespace, such as of its pod security standard */
    public static TestCluster open(Map<String, String> labels) {
        String file = System.getenv("MLOPS_TEST_KUBECONFIG");
        assumeTrue(file != null, "MLOPS_TEST_KUBECONFIG names no cluster");
        Config found = Config.fromKubeconfig(Path.of(file).toFile());
        KubernetesClient admin = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(found)
                        .withClientKeyAlgo(ClientKeys.algorithm(found))
                        .build())
                .build();
        String namespace = "test-" + UUID.randomUUID().toString().substring(0, 8);
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create();
        try {
            pullSecret(admin, namespace);
            Path kubeconfig = Files.createTempFile("mlops-test", ".kubeconfig");
            TestCluster cluster = new TestCluster(admin, namespace, kubeconfig);
            Files.writeString(
                    kubeconfig, cluster.kubeconfigText(found.getMasterUrl(), authority(found), cluster.watcher()));
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TestCluster open() {
        return open(Map.of());
    }

    private static void pullSecret(KubernetesClient admin, String namespace) {
        String registry = System.getenv("MLOPS_TEST_KUBERNETES_REGISTRY");
        if (registry == null) {
            return;
        }
        String user = System.getenv("MLOPS_TEST_KUBERNETES_REGISTRY_USER");
        String password = System.getenv("MLOPS_TEST_KUBERNETES_REGISTRY_PASSWORD");
        String auth = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        admin.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(PULL_SECRET)
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .withStringData(Map.of(
                                ".dockerconfigjson", "{\"auths\":{\"" + registry + "\":{\"auth\":\"" + auth + "\"}}}"))
                        .build())
                .create();
        admin.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("default")
                        .endMetadata()
                        .addNewImagePullSecret(PULL_SECRET)
                        .build())
                .createOr(existing -> existing.patch());
    }

    private static String authority(Config config) throws IOException {
        return config.getCaCertData() != null
                ? config.getCaCertData()
                : Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(config.getCaCertFile())));
    }

    /** Makes the account that what is tested acts as, and returns its token. */
    private String watcher() {
        admin.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(WATCHER)
                        .endMetadata()
                        .build())
                .create();
        Role role;
        try (InputStream in = Cluster.class.getResourceAsStream("role.yaml")) {
            role = admin.getKubernetesSerialization().unmarshal(in, Role.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        admin.resource(role).inNamespace(namespace).create();
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(WATCHER)
                        .endMetadata()
                        .withNewRoleRef()
                        .withApiGroup("rbac.authorization.k8s.io")
                        .withKind("Role")
                        .withName(role.getMetadata().getName())
                        .endRoleRef()
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withNamespace(namespace)
                        .withName(WATCHER)
                        .endSubject()
                        .build())
                .create();
        TokenRequest token = admin.serviceAccounts()
                .inNamespace(namespace)
                .withName(WATCHER)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(7200L)
                        .endSpec()
                        .build());
        return token.getStatus().getToken();
    }

    private String kubeconfigText(String server, String authority, String token) {
        return """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts: [{name: test, context: {cluster: test, user: test, namespace: %s}}]
                clusters: [{name: test, cluster: {server: '%s'%s}}]
                users: [{name: test, user: {token: '%s'}}]
                """.formatted(
                namespace, server, authority == null ? "" : ", certificate-authority-data: '" + authority + "'", token);
    }

    /** The same account by another way to the API server, such as through a proxy that makes faults. */
    public Path kubeconfigThrough(String server) {
        Config own = Config.fromKubeconfig(kubeconfig.toFile());
        try {
            Path file = Files.createTempFile(kubeconfig.getParent(), "mlops-test", ".kubeconfig");
            file.toFile().deleteOnExit();
            return Files.writeString(file, kubeconfigText(server, null, own.getAutoOAuthToken()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the account that what is tested acts as; its namespace is this one's. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** A connection as that account. */
    public Cluster connect() {
        return Cluster.connect(new ClusterSettings(kubeconfig, null, null));
    }

    public String namespace() {
        return namespace;
    }

    /** May do everything. */
    public KubernetesClient admin() {
        return admin;
    }

    /** One of the test images by digest; skips the test where there is none. @param name such as busybox */
    public static String image(String name) {
        String image = System.getenv("MLOPS_TEST_IMAGE_" + name.toUpperCase(java.util.Locale.ROOT));
        assumeTrue(image != null, "There is no test image " + name);
        return image;
    }

    @Override
    public void close() {
        try {
            admin.namespaces().withName(namespace).delete();
            Files.deleteIfExists(kubeconfig);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            admin.close();
        }
    }
}
