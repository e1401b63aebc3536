package io.jenkins.plugins.mlops.core.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {

    /** RFC 8032, 7.1, test 1. */
    private static final String SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    private static final String PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    @TempDir
    private Path directory;

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("key.pem"), content);
    }

    private static String pem(String label, String hex) {
        return Keys.pem(label, HexFormat.of().parseHex(hex));
    }

    @Test
    void anEd25519KeyGivesItsPublicKeyAndTheSignatureOfTheStandard() throws IOException {
        SigningKey key = SigningKey.read(file(pem("PRIVATE KEY", "302e020100300506032b657004220420" + SEED)));
        assertThat(key.publicKey())
                .isEqualTo(VerificationKey.of(
                        SignatureAlgorithm.ED25519.spki(HexFormat.of().parseHex(PUBLIC)), "x"));
        assertThat(HexFormat.of().formatHex(key.sign(new byte[0])))
                .isEqualTo(
                        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
                                + "6bd25bf5f0595bbe24655141438e7a100b");
        assertThat(key.toString()).doesNotContain(SEED);
    }

    @Test
    void aKeyWithItsPublicKeyIsRead() throws IOException {
        // RFC 8410, 10.3: the form of RFC 5958 with attributes and the public key
        SigningKey key = SigningKey.read(file("""
                -----BEGIN PRIVATE KEY-----
                MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
                oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
                Z9w7lshQhqowtrbLDFw4rXAxZuE=
                -----END PRIVATE KEY-----
                """));
        byte[] message = "m".getBytes(StandardCharsets.UTF_8);
        assertThat(HexFormat.of()
                        .formatHex(SignatureAlgorithm.ED25519.spki(HexFormat.of()
                                .parseHex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"))))
                .isNotEmpty();
        assertThat(key.publicKey().verifies(message, key.sign(message))).isTrue();
        assertThat(key.id())
                .isEqualTo(VerificationKey.of(
                                SignatureAlgorithm.ED25519.spki(HexFormat.of()
                                        .parseHex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")),
                                "x")
                        .id());
    }

    @Test
    void keysOfOpensslAreRead() throws Exception {
        for (String algorithm : List.of("ed25519", "EC -pkeyopt ec_paramgen_curve:P-256")) {
            Path key = directory.resolve("openssl.pem");
            Path publicKey = directory.resolve("openssl.pub");
            openssl("genpkey -algorithm " + algorithm + " -out " + key);
            openssl("pkey -in " + key + " -pubout -out " + publicKey);
            SigningKey read = SigningKey.read(key);
            TrustedKeys trusted = TrustedKeys.read(publicKey);
            assertThat(trusted.byId(read.id())).contains(read.publicKey());
            Path message = Files.writeString(directory.resolve("message"), "hello");
            Path signature = directory.resolve("signature");
            openssl("pkeyutl -sign -inkey " + key + " -rawin -in " + message + " -out " + signature);
            assertThat(read.publicKey().verifies(Files.readAllBytes(message), Files.readAllBytes(signature)))
                    .isTrue();
            Files.write(signature, read.sign(Files.readAllBytes(message)));
            openssl("pkeyutl -verify -pubin -inkey " + publicKey + " -rawin -in " + message + " -sigfile " + signature);
        }
    }

    private void openssl(String arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(("openssl " + arguments).split(" "))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("openssl %s: %s", arguments, output).isZero();
    }

    @Test
    void anEcKeyWithoutItsPublicKeySaysWhatToDo() throws IOException {
        // d of the example in DSSE's protocol.md
        String d = String.format(
                "%064x",
                new java.math.BigInteger(
                        "97358161215184420915383655311931858321456579547487070936769975997791359926199"));
        String pkcs8 = "3041020100301306072a8648ce3d020106082a8648ce3d03010704273025020101" + "0420" + d;
        refused(pem("PRIVATE KEY", pkcs8), "openssl pkey -in KEY -pubout >> KEY");
        byte[] point = new byte[64];
        byte[] x = new java.math.BigInteger(
                        "46950820868899156662930047687818585632848591499744589407958293238635476079160")
                .toByteArray();
        byte[] y = new java.math.BigInteger(
                        "5640078356564379163099075877009565129882514886557779369047442380624545832820")
                .toByteArray();
        System.arraycopy(x, x.length - 32, point, 0, 32);
        System.arraycopy(y, y.length - 32, point, 32, 32);
        String publicKey = Keys.pem("PUBLIC KEY", SignatureAlgorithm.ECDSA_P256.spki(point));
        byte[] message = "m".getBytes(StandardCharsets.UTF_8);
        SigningKey read = SigningKey.read(file(pem("PRIVATE KEY", pkcs8) + publicKey));
        assertThat(read.publicKey().verifies(message, read.sign(message))).isTrue();
    }

    @Test
    void aForeignPublicKeyIsNotTaken() throws IOException {
        String other = "302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        refused(
                pem("PRIVATE KEY", "302e020100300506032b657004220420" + SEED) + pem("PUBLIC KEY", other),
                "is not that of its PRIVATE KEY");
    }

    @Test
    void otherFilesAreRefusedWithAReason() throws IOException {
        refused("", "no 'BEGIN PRIVATE KEY'");
        refused(pem("EC PRIVATE KEY", "3000"), "openssl pkcs8 -topk8");
        refused(pem("ENCRYPTED PRIVATE KEY", "3000"), "it is encrypted");
        refused(pem("PRIVATE KEY", "3000") + pem("PRIVATE KEY", "3000"), "more than one");
        refused("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", "no base64");
        refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "damaged");
        // RSA, by its algorithm
        refused(
                pem("PRIVATE KEY", "3016020100300d06092a864886f70d01010105000402" + "3000"),
                "neither Ed25519 nor ECDSA");
        String whole = "302e020100300506032b657004220420" + SEED;
        for (int length = 0; length < whole.length(); length += 2) {
            refused(pem("PRIVATE KEY", whole.substring(0, length)), "key.pem");
        }
        assertThatThrownBy(() -> SigningKey.read(directory.resolve("absent.pem")))
                .hasMessageContaining("does not exist");
    }

    private void refused(String content, String because) throws IOException {
        Path file = file(content);
        assertThatThrownBy(() -> SigningKey.read(file))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining(because)
                .hasMessageNotContaining(SEED)
                .hasMessageNotContaining(
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(SEED)));
    }

    @Test
    void trustedKeysComeFromADirectory() throws IOException {
        SigningKey one = Keys.p256(directory.resolve("one"));
        SigningKey two = Keys.ed25519(directory.resolve("two"));
        Path trusted = Files.createDirectory(directory.resolve("trusted"));
        assertThatThrownBy(() -> TrustedKeys.read(trusted)).hasMessageContaining("no file *.pem");
        String oneKey = Files.readString(directory.resolve("one"))
                .substring(Files.readString(directory.resolve("one")).indexOf("-----BEGIN PUBLIC"));
        Files.writeString(trusted.resolve("one.pub"), oneKey);
        Files.writeString(trusted.resolve("notes.txt"), "nothing");
        TrustedKeys keys = TrustedKeys.read(trusted);
        assertThat(keys.keys()).containsExactly(one.publicKey());
        assertThat(keys.describe(one.id())).startsWith("one.pub");
        assertThat(keys.describe(two.id())).isEqualTo(two.id());
        assertThat(new Keyring(two, keys).trusted().keys()).containsExactly(one.publicKey(), two.publicKey());
        Files.copy(directory.resolve("two"), trusted.resolve("two.pem"));
        assertThatThrownBy(() -> TrustedKeys.read(trusted)).hasMessageContaining("is a private key");
    }
}
