package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whose signatures are made and believed; mix in with {@code @Mixin KeyOptions keys}. */
public final class KeyOptions {

    @Option(
            names = "--signing-key",
            paramLabel = "FILE",
            description = "Private key (PEM) that signs what is added; else MLOPS_SIGNING_KEY.")
    private Path signingKey;

    @Option(
            names = "--trusted-keys",
            paramLabel = "DIR|FILE",
            description = "Public keys (PEM) whose signatures are believed; else MLOPS_TRUSTED_KEYS.")
    private Path trustedKeys;

    /** The keys that are named. */
    public Keyring keys(Host host) {
        Path signing = file(host, signingKey, "MLOPS_SIGNING_KEY");
        Path trusted = file(host, trustedKeys, "MLOPS_TRUSTED_KEYS");
        return new Keyring(
                signing == null ? null : SigningKey.read(signing),
                trusted == null ? TrustedKeys.none() : TrustedKeys.read(trusted));
    }

    private static Path file(Host host, Path option, String variable) {
        if (option != null) {
            return host.resolve(option);
        }
        String named = host.variable(variable);
        return named == null ? null : host.resolve(path(variable, named));
    }

    static Path path(String what, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw MlopsException.usage(what + " '" + text + "' is no path: " + e.getReason(), e);
        }
    }
}
