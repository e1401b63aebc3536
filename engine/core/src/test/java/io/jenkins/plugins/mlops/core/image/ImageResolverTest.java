package io.jenkins.plugins.mlops.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.image.FakeRegistry.Answer;
import io.jenkins.plugins.mlops.core.image.RegistryCredentials.Login;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ImageResolverTest {

    private static final String REPOSITORY = "team/train";
    private static final RetryPolicy AT_ONCE = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
    private static final Login ANN = new Login("ann", "s3cret", null);
    private static final String BASIC = "Basic "
            + Base64.getEncoder().encodeToString("ann:s3cret".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    private FakeRegistry registry;
    private FakeRegistry other;

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry();
        other = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        registry.close();
        other.close();
    }

    private static String image(String config) {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + ImageManifest.OCI_MANIFEST
                + "\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" + config
                + "\",\"size\":2},\"layers\":[]}";
    }

    private static String entry(Digest digest, String platform) {
        String[] parts = platform.split("/");
        return "{\"mediaType\":\"" + ImageManifest.OCI_MANIFEST + "\",\"digest\":\"" + digest
                + "\",\"size\":2,\"platform\":{\"os\":\"" + parts[0] + "\",\"architecture\":\"" + parts[1] + "\""
                + (parts.length > 2 ? ",\"variant\":\"" + parts[2] + "\"" : "") + "}}";
    }

    private static String index(String type, String... entries) {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"manifests\":[" + String.join(",", entries) + "]}";
    }

    private Digest single(String tag, String platform) {
        String[] parts = platform.split("/");
        Digest config = registry.blob(
                REPOSITORY, "{\"os\":\"" + parts[0] + "\",\"architecture\":\"" + parts[1] + "\",\"rootfs\":{}}");
        return registry.manifest(REPOSITORY, tag, ImageManifest.OCI_MANIFEST, image(config.toString()));
    }

    private ImageReference reference(String rest) {
        return ImageReference.parse(registry.host() + "/" + REPOSITORY + rest);
    }

    private static RegistrySettings settings(Map<String, Login> logins) {
        return new RegistrySettings(
                registry -> Optional.ofNullable(logins.get(registry)), Map.of(), Set.of(), null, Set.of());
    }

    private ResolvedImage resolve(String rest, String platform) {
        return resolve(RegistrySettings.anonymous(), rest, platform);
    }

    private ResolvedImage resolve(RegistrySettings settings, String rest, String platform) {
        try (ImageResolver resolver = new ImageResolver(settings, AT_ONCE)) {
            return resolver.resolve(reference(rest), platform == null ? null : Platform.parse(platform));
        }
    }

    private static void fails(Kind kind, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(MlopsException.class, e -> {
            assertThat(e.getMessage()).contains(message).doesNotContain("s3cret");
            assertThat(e.kind()).isEqualTo(kind);
        });
    }

    @Test
    void aTagOfASingleImage() {
        Digest digest = single("1.0", "linux/amd64");
        ResolvedImage image = resolve(":1.0", null);
        assertThat(image.digest()).isEqualTo(digest);
        assertThat(image.pinned()).isEqualTo(registry.host() + "/" + REPOSITORY + "@" + digest);
        assertThat(image.platforms()).isEmpty();
        assertThat(resolve(":1.0", "linux/amd64").digest()).isEqualTo(digest);
        fails(Kind.FAILED, "is for linux/amd64 and not for linux/arm64", () -> resolve(":1.0", "linux/arm64"));
    }

    @ParameterizedTest
    @ValueSource(strings = {ImageManifest.OCI_INDEX, ImageManifest.DOCKER_LIST})
    void aTagOfAnIndex(String type) {
        Digest amd = single(null, "linux/amd64");
        Digest arm = single(null, "linux/arm64");
        Digest top = registry.manifest(
                REPOSITORY,
                "multi",
                type,
                index(
                        type,
                        entry(amd, "linux/amd64"),
                        entry(arm, "linux/arm64/v8"),
                        entry(Digest.of("attestation"), "unknown/unknown")));
        ResolvedImage image = resolve(":multi", null);
        assertThat(image.digest()).isEqualTo(top);
        assertThat(image.platforms()).containsExactly(Platform.parse("linux/amd64"), Platform.parse("linux/arm64"));
        assertThat(resolve(":multi", "linux/arm64").digest()).isEqualTo(arm);
        assertThat(resolve(":multi", "linux/aarch64").digest()).isEqualTo(arm);
        assertThat(resolve(":multi@" + top, "linux/amd64").digest()).isEqualTo(amd);
        fails(
                Kind.FAILED,
                "not there for linux/s390x, but for [linux/amd64, linux/arm64]",
                () -> resolve(":multi", "linux/s390x"));
    }

    @Test
    void severalVariantsWithoutTheOneThatWasAskedFor() {
        Digest old = single(null, "linux/mips64");
        registry.manifest(
                REPOSITORY,
                "v",
                ImageManifest.OCI_INDEX,
                index(
                        ImageManifest.OCI_INDEX,
                        entry(old, "linux/mips64/r2"),
                        entry(Digest.of("r6"), "linux/mips64/r6")));
        fails(Kind.USAGE, "[linux/mips64/r2, linux/mips64/r6]", () -> resolve(":v", "linux/mips64"));
        assertThat(resolve(":v", "linux/mips64/r2").digest()).isEqualTo(old);
    }

    @Test
    void aDigestMustBeThatOfTheBytes() {
        Digest digest = single("1.0", "linux/amd64");
        Digest wanted = Digest.of("what was wanted");
        String path = "/v2/" + REPOSITORY + "/manifests/";
        registry.twist(request -> request.path().equals(path + wanted) ? registry.usual(path + digest) : null);
        fails(Kind.FAILED, "and not " + wanted, () -> resolve("@" + wanted, null));
        registry.twist(request -> {
            Answer usual = registry.usual(request.path());
            byte[] changed = usual.body().clone();
            changed[changed.length - 2] = ' ';
            return new Answer(200, usual.type(), changed, usual.headers());
        });
        fails(Kind.FAILED, "and not " + digest, () -> resolve(":1.0", null));
    }

    @Test
    void whatIsNotThere() {
        fails(Kind.FAILED, "has no image nope in " + REPOSITORY, () -> resolve(":nope", null));
        try (ImageResolver resolver = new ImageResolver(RegistrySettings.anonymous(), AT_ONCE)) {
            assertThat(resolver.find(reference("@" + Digest.of("gone")), null)).isEmpty();
        }
    }

    @Test
    void whatIsNoManifest() {
        registry.manifest(REPOSITORY, "page", "text/html", "<html>Please log in</html>");
        registry.manifest(
                REPOSITORY, "v1", "application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"schemaVersion\":1}");
        registry.manifest(
                REPOSITORY,
                "lie",
                ImageManifest.DOCKER_MANIFEST,
                image(Digest.of("{}").toString()));
        registry.manifest(REPOSITORY, "bad", ImageManifest.OCI_MANIFEST, image("md5:1"));
        registry.manifest(REPOSITORY, "big", ImageManifest.OCI_MANIFEST, " ".repeat(5 * 1024 * 1024));
        fails(Kind.FAILED, "is no JSON", () -> resolve(":page", null));
        fails(Kind.FAILED, "schema 2", () -> resolve(":v1", null));
        fails(Kind.FAILED, "says that it is", () -> resolve(":lie", null));
        fails(Kind.FAILED, "no SHA-256 digest", () -> resolve(":bad", null));
        fails(Kind.FAILED, "larger than", () -> resolve(":big", null));
    }

    private void challenge(String challenge, String needed) {
        registry.twist(request -> request.path().startsWith("/v2/") && !needed.equals(request.authorization())
                ? Answer.json(401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}").with("WWW-Authenticate", challenge)
                : null);
    }

    @Test
    void basic() {
        Digest digest = single("1.0", "linux/amd64");
        challenge("Basic realm=\"registry\"", BASIC);
        assertThat(resolve(settings(Map.of(registry.host(), ANN)), ":1.0", null).digest())
                .isEqualTo(digest);
        fails(Kind.REFUSED, "login", () -> resolve(":1.0", null));
        RegistrySettings elsewhere = settings(Map.of("other.example", ANN));
        fails(Kind.REFUSED, "login", () -> resolve(elsewhere, ":1.0", null));
        RegistrySettings wrong = settings(Map.of(registry.host(), new Login("ann", "old s3cret", null)));
        fails(Kind.REFUSED, "login", () -> resolve(wrong, ":1.0", null));
    }

    private String bearer(FakeRegistry service) {
        return "Bearer realm=\"http://" + service.host() + "/token\",service=\"reg\",scope=\"repository:" + REPOSITORY
                + ":pull\"";
    }

    @Test
    void aTokenForAnybodyAndForALogin() {
        Digest digest = single("1.0", "linux/amd64");
        challenge(bearer(other), "Bearer t0ken");
        other.twist(request -> Answer.json(200, "{\"token\":\"t0ken\"}"));
        assertThat(resolve(":1.0", "linux/amd64").digest()).isEqualTo(digest);
        assertThat(other.requests).hasSize(1);
        assertThat(other.requests.get(0).query()).contains("service=reg", "scope=repository:" + REPOSITORY + ":pull");
        assertThat(other.requests.get(0).authorization()).isNull();
        resolve(settings(Map.of(registry.host(), ANN)), ":1.0", null);
        assertThat(other.requests.get(1).authorization()).isEqualTo(BASIC);
        assertThat(registry.requests).noneMatch(request -> BASIC.equals(request.authorization()));
    }

    @Test
    void anIdentityTokenIsExchanged() {
        Digest digest = single("1.0", "linux/amd64");
        challenge(bearer(other), "Bearer fresh");
        other.twist(request -> Answer.json(200, "{\"access_token\":\"fresh\"}"));
        Login login = new Login("", "", "refresh-s3cret");
        assertThat(resolve(settings(Map.of(registry.host(), login)), ":1.0", null)
                        .digest())
                .isEqualTo(digest);
        assertThat(other.requests.get(0).method()).isEqualTo("POST");
        assertThat(other.requests.get(0).body())
                .contains("grant_type=refresh_token", "refresh_token=refresh-s3cret", "service=reg");
        assertThat(registry.requests)
                .noneMatch(request -> String.valueOf(request.authorization()).contains("refresh"));
    }

    @Test
    void credentialsGoToNoForeignTokenService() {
        single("1.0", "linux/amd64");
        challenge("Bearer realm=\"https://thief.example/token\",service=\"reg\"", "Bearer t");
        fails(
                Kind.REFUSED,
                "thief.example, which is not of its domain",
                () -> resolve(settings(Map.of(registry.host(), ANN)), ":1.0", null));
        challenge("Bearer realm=\"http://thief.example/token\",service=\"reg\"", "Bearer t");
        fails(Kind.REFUSED, "over plain HTTP", () -> resolve(":1.0", null));
        challenge("Bearer service=\"reg\"", "Bearer t");
        fails(Kind.FAILED, "names no service", () -> resolve(":1.0", null));
    }

    @Test
    void aTokenServiceThatRefusesOrTalksNonsense() {
        single("1.0", "linux/amd64");
        challenge(bearer(other), "Bearer t0ken");
        other.twist(request -> Answer.json(401, "{}"));
        fails(Kind.REFUSED, "refused the login", () -> resolve(settings(Map.of(registry.host(), ANN)), ":1.0", null));
        other.twist(request -> Answer.json(200, "{\"token\":\"a\\r\\nX: s3cret\"}"));
        fails(Kind.FAILED, "without a token", () -> resolve(":1.0", null));
    }

    @Test
    void aRedirectTakesNoCredentialsToAnotherHost() {
        Digest digest = single("1.0", "linux/amd64");
        String path = "/v2/" + REPOSITORY + "/manifests/1.0";
        other.twist(request -> registry.usual(request.path()));
        registry.twist(request -> BASIC.equals(request.authorization())
                ? Answer.json(307, "").with("Location", "http://" + other.host() + path)
                : Answer.json(401, "{}").with("WWW-Authenticate", "Basic realm=\"r\""));
        assertThat(resolve(settings(Map.of(registry.host(), ANN)), ":1.0", null).digest())
                .isEqualTo(digest);
        assertThat(other.requests)
                .singleElement()
                .satisfies(request -> assertThat(request.authorization()).isNull());
    }

    @Test
    void aMirrorIsAskedFirstAndPassedOver() {
        Digest digest = single("1.0", "linux/amd64");
        RegistrySettings mirrored = new RegistrySettings(
                registry -> Optional.of(ANN).filter(login -> registry.equals(this.registry.host())),
                RegistrySettings.mirrors(List.of(registry.host() + "=" + other.host() + "/cache")),
                Set.of(),
                null,
                Set.of());
        assertThat(resolve(mirrored, ":1.0", null).from()).isEqualTo(registry.host());
        other.twist(request -> Answer.json(401, "{}").with("WWW-Authenticate", "Basic realm=\"r\""));
        assertThat(resolve(mirrored, ":1.0", null).from()).isEqualTo(registry.host());
        assertThat(other.requests).allMatch(request -> request.authorization() == null);
        assertThat(other.requests.get(0).path()).isEqualTo("/v2/cache/" + REPOSITORY + "/manifests/1.0");
        other.twist(request -> registry.usual(request.path().replace("/cache", "")));
        ResolvedImage image = resolve(mirrored, ":1.0", null);
        assertThat(image.from()).isEqualTo(other.host());
        assertThat(image.name()).isEqualTo(registry.host() + "/" + REPOSITORY);
        assertThat(image.digest()).isEqualTo(digest);
        other.close();
        assertThat(resolve(mirrored, ":1.0", null).from()).isEqualTo(registry.host());
    }

    @Test
    void aLimitIsWaitedForAndThenSaid() {
        Digest digest = single("1.0", "linux/amd64");
        registry.twist(
                request -> registry.requests.size() < 3 ? Answer.json(429, "{}").with("Retry-After", "0") : null);
        assertThat(resolve(":1.0", null).digest()).isEqualTo(digest);
        registry.twist(request -> Answer.json(429, "{}").with("Retry-After", "3600"));
        fails(Kind.UNREACHABLE, "limits how often", () -> resolve(":1.0", null));
    }

    @Test
    void aRegistryThatIsAway() {
        registry.close();
        fails(Kind.UNREACHABLE, "does not accept connections", () -> resolve(":1.0", null));
    }

    @Test
    void aRegistryBeyondThisMachineIsNotSpokenToInClear() {
        RegistrySettings settings = RegistrySettings.anonymous();
        assertThat(settings.mayBePlain("registry.example:5000")).isFalse();
        assertThat(settings.mayBePlain("localhost.example:80")).isFalse();
        assertThat(settings.mayBePlain("127.0.0.1.example")).isFalse();
        assertThat(settings.mayBePlain("localhost:5000")).isTrue();
        assertThat(settings.mayBePlain("[::1]:5000")).isTrue();
    }
}
