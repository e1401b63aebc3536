package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.net.URI;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which evidence store a command uses, and whose signatures; mix in with {@code @Mixin EvidenceOptions evidence} beside
 * {@link ServerOptions}. An option wins over the environment, the environment over {@code mlops.yaml}, which can name a bucket alone.
 * Endpoint and credentials are the object store's unless they are set for the evidence store; credentials go to the endpoint that
 * they were given for alone.
 */
public final class EvidenceOptions {

    private static final OwnObjectStore STORE =
            new OwnObjectStore("MLOPS_EVIDENCE", "evidence store", "evidence.endpoint");

    @Option(
            names = "--evidence",
            paramLabel = "S3-URL|DIR",
            description = "Evidence store; else MLOPS_EVIDENCE, else mlops.yaml, else none.")
    private String location;

    @Mixin
    private KeyOptions keys = new KeyOptions();

    /** Whether an evidence store is named at all. */
    public boolean isGiven(Host host) {
        return named(host) != null || fromFile(host) != null;
    }

    /**
     * The evidence store; empty when none is named. Nothing is asked of it yet.
     *
     * @param servers whose endpoint and credentials are used unless others are set
     * @throws MlopsException of kind USAGE for contradictory settings, REFUSED when credentials would go where they were not given for
     */
    public Optional<EvidenceStore> open(Host host, ServerOptions servers) {
        String named = named(host);
        ConfigurationFile.Evidence file = fromFile(host);
        if (named == null && file == null) {
            return Optional.empty();
        }
        String place = named != null ? named : file.uri().toString();
        Keyring keys = keys(host);
        if (S3Uri.isS3(place)) {
            ObjectStoreSettings settings = settings(host, servers, named == null ? file.endpoint() : null);
            return Optional.of(EvidenceStore.inBucket(settings, S3Uri.parse(place), keys));
        }
        if (named == null) {
            throw MlopsException.refused("mlops.yaml names the evidence store " + place
                    + ", but may name a bucket alone (s3://bucket/prefix): set MLOPS_EVIDENCE to use a directory");
        }
        return Optional.of(EvidenceStore.inDirectory(host.resolve(KeyOptions.path("The evidence store", place)), keys));
    }

    /**
     * As {@link #open}, for a command that is of no use without one.
     *
     * @throws MlopsException of kind USAGE when none is named
     */
    public EvidenceStore require(Host host, ServerOptions servers) {
        return open(host, servers)
                .orElseThrow(() -> MlopsException.usage(
                        "No evidence store is named: set MLOPS_EVIDENCE or give --evidence s3://bucket/prefix"));
    }

    /**
     * What may not be used, as the evidence store says now; nothing when none is named.
     *
     * @param lineage knows what datasets and models were made of
     * @throws MlopsException of kind UNREACHABLE when the store is away: what is withdrawn is not known then
     */
    public Withdrawals withdrawals(Host host, ServerOptions servers, LineageStore lineage) {
        try (EvidenceStore store = open(host, servers).orElse(null)) {
            return Withdrawals.in(Optional.ofNullable(store), lineage);
        }
    }

    /** The keys that are named. */
    public Keyring keys(Host host) {
        return keys.keys(host);
    }

    private String named(Host host) {
        return location != null ? location : host.variable("MLOPS_EVIDENCE");
    }

    private static ConfigurationFile.Evidence fromFile(Host host) {
        ConfigurationFile.Evidence file = ConfigurationFile.of(host).evidence();
        if (file != null && file.uri() == null) {
            throw MlopsException.usage("evidence in mlops.yaml has no uri: s3://bucket/prefix is wanted");
        }
        return file;
    }

    /** @param inFile the endpoint in mlops.yaml, where that names the store; else null */
    static ObjectStoreSettings settings(Host host, ServerOptions servers, URI inFile) {
        return STORE.settings(host, servers, inFile);
    }
}
