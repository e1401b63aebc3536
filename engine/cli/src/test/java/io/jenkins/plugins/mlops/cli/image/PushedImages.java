package io.jenkins.plugins.mlops.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Pushes images without layers to one repository of a registry, with Java's HTTP client and nothing of the product. */
final class PushedImages {

    /** Whose media types. */
    enum Form {
        OCI(
                "application/vnd.oci.image.manifest.v1+json",
                "application/vnd.oci.image.index.v1+json",
                "application/vnd.oci.image.config.v1+json"),
        DOCKER(
                "application/vnd.docker.distribution.manifest.v2+json",
                "application/vnd.docker.distribution.manifest.list.v2+json",
                "application/vnd.docker.container.image.v1+json");

        private final String manifest;
        private final String index;
        private final String config;

        Form(String manifest, String index, String config) {
            this.manifest = manifest;
            this.index = index;
            this.config = config;
        }
    }

    private final String base;
    private final String authorization;
    private final HttpClient client;

    PushedImages(String url, String user, String password, Path authority, String repository) throws Exception {
        this.base = url + "/v2/" + repository + "/";
        this.authorization = user == null
                ? null
                : "Basic "
                        + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (authority != null) {
            builder.sslContext(trusting(authority));
        }
        this.client = builder.build();
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    Digest image(Form form, String tag, String architecture) throws Exception {
        byte[] config = ("{\"architecture\":\"" + architecture
                        + "\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}")
                .getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(config);
        HttpResponse<String> begun = send("blobs/uploads/", "POST", new byte[0], "application/octet-stream");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        String location = begun.headers().firstValue("Location").orElseThrow();
        URI upload = URI.create(base).resolve(location + (location.contains("?") ? "&" : "?") + "digest=" + digest);
        HttpResponse<String> done = send(upload, "PUT", config, "application/octet-stream");
        assertThat(done.statusCode()).as(done.body()).isEqualTo(201);
        return manifest(
                tag,
                form.manifest,
                "{\"schemaVersion\":2,\"mediaType\":\"" + form.manifest + "\",\"config\":{\"mediaType\":\""
                        + form.config + "\",\"digest\":\"" + digest + "\",\"size\":" + config.length
                        + "},\"layers\":[]}");
    }

    Digest index(Form form, String tag, Map<String, Digest> children) throws Exception {
        String entries = new TreeMap<>(children)
                .entrySet().stream()
                        .map(child -> "{\"mediaType\":\"" + form.manifest + "\",\"digest\":\"" + child.getValue()
                                + "\",\"size\":2,\"platform\":{\"os\":\"linux\",\"architecture\":\"" + child.getKey()
                                + "\"}}")
                        .collect(Collectors.joining(","));
        return manifest(
                tag,
                form.index,
                "{\"schemaVersion\":2,\"mediaType\":\"" + form.index + "\",\"manifests\":[" + entries + "]}");
    }

    private Digest manifest(String tag, String type, String json) throws Exception {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(bytes);
        HttpResponse<String> done = send("manifests/" + (tag == null ? digest : tag), "PUT", bytes, type);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(201);
        return digest;
    }

    private HttpResponse<String> send(String path, String method, byte[] body, String type) throws Exception {
        return send(URI.create(base + path), method, body, type);
    }

    private HttpResponse<String> send(URI uri, String method, byte[] body, String type) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", type)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
