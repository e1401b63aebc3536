package io.jenkins.plugins.mlops.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors are those of github.com/distribution/reference 0.6.0, reference_test.go and normalize_test.go. */
class ImageReferenceTest {

    private static final String HEX = "f".repeat(64);

    @ParameterizedTest
    @CsvSource({
        "test_com, docker.io/library/test_com:latest",
        "test.com:5000, docker.io/library/test.com:5000",
        "test.com/repo:tag, test.com/repo:tag",
        "test:5000/repo, test:5000/repo:latest",
        "lowercase:Uppercase, docker.io/library/lowercase:Uppercase",
        "foo_bar.com:8080, docker.io/library/foo_bar.com:8080",
        "foo/foo_bar.com:8080, docker.io/foo/foo_bar.com:8080",
        "192.168.0.1:80, docker.io/library/192.168.0.1:80",
        "192.168.1.1:5000/repo:5050, 192.168.1.1:5000/repo:5050",
        "[2001:db8::1]:5000/repo:tag, [2001:db8::1]:5000/repo:tag",
        "b.gcr.io/test.example.com/my-app:test.example.com, b.gcr.io/test.example.com/my-app:test.example.com",
        "xn--n3h.com/myimage:xn--n3h.com, xn--n3h.com/myimage:xn--n3h.com",
        "docker/docker, docker.io/docker/docker:latest",
        "debian, docker.io/library/debian:latest",
        "docker.io/debian, docker.io/library/debian:latest",
        "index.docker.io/library/debian, docker.io/library/debian:latest",
        "localhost/debian, localhost/debian:latest",
        "LOCALDOMAIN/debian, LOCALDOMAIN/debian:latest",
        "docker---rules/docker, docker.io/docker---rules/docker:latest",
        "dock__er/docker, docker.io/dock__er/docker:latest",
        "docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a, docker.io/library/"
                + "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a:latest"
    })
    void normalizesAsDockerDoes(String given, String normalized) {
        assertThat(ImageReference.parse(given)).hasToString(normalized);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":justtag",
                "@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "repo@sha256:ffffffffffffffffffffffffffffffffff",
                "validname@invaliddigest:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "Uppercase:tag",
                "test:5000/Uppercase/lowercase:tag",
                "aa/asdf$$^/aa",
                "[2001:db8::1]",
                "[2001:db8::1]:5000",
                "[fe80::1%eth0]:5000/repo",
                "https://github.com/docker/docker",
                "docker/Docker",
                "-docker/docker",
                "-docker.io/docker/docker",
                "docker///docker",
                "fc00::1:5000/debian",
                "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
                "docker-/docker",
                "____/____",
                "_docker/_docker",
                "dock..er/docker",
                "dock_.er/docker",
                "dock-.er/docker",
                "docker/",
                "repo:",
                "repo:-tag",
                "repo@",
                "repo name",
                "repo\n",
                "registry.example/../other"
            })
    void refusesWhatDockerRefuses(String given) {
        assertThatThrownBy(() -> ImageReference.parse(given))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 256})
    void boundsTheRepository(int length) {
        String given = "example.com/" + "a".repeat(length);
        if (length <= 255) {
            assertThat(ImageReference.parse(given).repository()).hasSize(length);
        } else {
            assertThatThrownBy(() -> ImageReference.parse(given)).hasMessageContaining("more than 255");
        }
    }

    @Property
    void takesWhatTheGrammarMakesApart(
            @ForAll("hosts") String host,
            @ForAll("repositories") String repository,
            @ForAll("tags") String tag,
            @ForAll boolean tagged,
            @ForAll boolean pinned) {
        String text = host + "/" + repository + (tagged ? ":" + tag : "") + (pinned ? "@sha256:" + HEX : "");
        ImageReference reference = ImageReference.parse(text);
        assertThat(reference.registry()).isEqualTo(host);
        assertThat(reference.repository()).isEqualTo(repository);
        assertThat(reference.tag()).isEqualTo(tagged ? tag : pinned ? null : "latest");
        assertThat(reference.digest()).isEqualTo(pinned ? new Digest(HEX) : null);
        assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
    }

    @Property
    void anyTextIsTakenApartOrRefused(@ForAll String text) {
        ImageReference reference;
        try {
            reference = ImageReference.parse(text);
        } catch (MlopsException e) {
            assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE);
            return;
        }
        assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
    }

    @Provide
    Arbitrary<String> hosts() {
        Arbitrary<String> label = Arbitraries.strings()
                .withCharRange('a', 'z')
                .numeric()
                .withChars('-')
                .ofMinLength(1)
                .ofMaxLength(12)
                .filter(text -> !text.startsWith("-") && !text.endsWith("-"));
        Arbitrary<String> name = label.list().ofMinSize(2).ofMaxSize(4).map(labels -> String.join(".", labels));
        Arbitrary<String> port = Arbitraries.integers().between(1, 65535).map(number -> ":" + number);
        return Combinators.combine(name, Arbitraries.oneOf(port, Arbitraries.just("")))
                .as(String::concat)
                .filter(host -> !host.endsWith("docker.io"));
    }

    @Provide
    Arbitrary<String> repositories() {
        Arbitrary<String> word = Arbitraries.strings()
                .withCharRange('a', 'z')
                .numeric()
                .ofMinLength(1)
                .ofMaxLength(6);
        Arbitrary<String> separator = Arbitraries.of(".", "_", "__", "-", "---");
        Arbitrary<String> part =
                Combinators.combine(word, separator, word).as((first, between, second) -> first + between + second);
        return Arbitraries.oneOf(word, part).list().ofMinSize(1).ofMaxSize(4).map(parts -> String.join("/", parts));
    }

    @Provide
    Arbitrary<String> tags() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .numeric()
                .withChars('_', '.', '-')
                .ofMinLength(1)
                .ofMaxLength(128)
                .filter(tag -> !tag.startsWith(".") && !tag.startsWith("-"));
    }
}
