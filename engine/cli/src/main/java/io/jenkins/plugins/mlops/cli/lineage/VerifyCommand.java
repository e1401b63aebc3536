package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.dataset.CacheOptions;
import io.jenkins.plugins.mlops.cli.image.ImageRegistryOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.audit.DatasetAudit;
import io.jenkins.plugins.mlops.core.audit.DeepVerification;
import io.jenkins.plugins.mlops.core.audit.ImageAudit;
import io.jenkins.plugins.mlops.core.audit.MlflowAudit;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.EvidenceVerification;
import io.jenkins.plugins.mlops.core.evidence.SignatureChecks;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops lineage verify}: whether what is recorded of a model holds. */
@Command(
        name = "verify",
        description = {
            "Check the records of a model, against themselves, the evidence store and MLflow;"
                    + " or with --all the whole evidence store.",
            "Exit code 1 if one check fails."
        },
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    private final Host host;

    @ArgGroup(multiplicity = "1")
    private What what;

    @Option(
            names = "--require-signature",
            description = "What no trusted key has signed fails; else it is said. Needs an evidence store.")
    private boolean requireSignature;

    @Option(
            names = "--deep",
            description =
                    "Check too that the model's datasets, image, files and MLflow run are still there and unchanged.")
    private boolean deep;

    @Option(
            names = "--read-data",
            description = "With --deep: read every file of the datasets, instead of sizes and ETags.")
    private boolean readData;

    @Mixin
    private LineageOptions lineage;

    @Mixin
    private ImageRegistryOptions registries;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private OutputOptions output;

    /** What is checked; exactly one. */
    static final class What {
        @Parameters(
                paramLabel = "MODEL",
                arity = "1",
                description = "NAME/VERSION, NAME@ALIAS, a digest, or the file of a record.")
        private String model;

        @Option(names = "--all", description = "Every object and journal of the evidence store.")
        private boolean all;
    }

    /** The JSON document. */
    record Verification(Digest model, Outcome verdict, List<Check> checks) {}

    /** The JSON document of --all. @param unknown versions registered in MLflow of which no record says how they came to be */
    record WholeVerification(
            Outcome verdict, EvidenceVerification.Report evidence, List<RegisteredModels.Unknown> unknown) {}

    VerifyCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        if (readData && !deep || deep && what.all) {
            throw MlopsException.usage(
                    what.all ? "--deep checks one model: name it instead of --all" : "--read-data belongs to --deep");
        }
        if (what.all) {
            try (LineageSources sources = lineage.open(host);
                    EvidenceStore evidence = lineage.requireEvidence(host)) {
                return verifyAll(sources, evidence);
            }
        }
        try (LineageSources sources = lineage.open(host);
                EvidenceStore evidence = lineage.evidence(host).orElse(null)) {
            return verify(sources, evidence);
        }
    }

    private int verifyAll(LineageSources sources, EvidenceStore evidence) {
        List<RegisteredModels.Unknown> unknown =
                sources.registered() == null ? List.of() : sources.registered().fetchAll();
        EvidenceVerification.Report report =
                new EvidenceVerification(evidence, sources.store(), requireSignature).verify();
        WholeVerification document = new WholeVerification(verdict(report.findings()), report, unknown);
        output.output(host).result(WholeText.of(report, unknown), document);
        return exitCode(document.verdict());
    }

    private int verify(LineageSources sources, EvidenceStore evidence) {
        if (requireSignature && evidence == null) {
            throw MlopsException.usage(
                    "Signatures are kept in the evidence store, and none is named: set MLOPS_EVIDENCE");
        }
        ModelLocator.Located located = sources.locate(host, what.model);
        List<Check> checks =
                new ArrayList<>(new LineageVerification(sources.store(), sources.registered()).verify(located));
        if (evidence != null) {
            checks.addAll(new SignatureChecks(evidence, requireSignature).of(records(sources, located)));
        }
        if (deep) {
            checks.addAll(deep(sources, located));
        }
        Verification document = new Verification(located.digest(), verdict(checks), checks);
        output.output(host).result(text(document), document);
        return exitCode(document.verdict());
    }

    private List<Check> deep(LineageSources sources, ModelLocator.Located located) {
        try (ObjectStore objects = lineage.objects(host);
                ImageResolver images = new ImageResolver(registries.settings(host));
                ProgressPrinter progress = output.output(host).progress()) {
            Datasets datasets = new Datasets(objects, cache.cache(host));
            return new DeepVerification(
                            sources.store(),
                            new DatasetAudit(datasets, sources.store(), readData, progress),
                            new ImageAudit(images),
                            sources.tracking() == null ? null : new MlflowAudit(sources.tracking()))
                    .verify(located);
        }
    }

    private static Set<Digest> records(LineageSources sources, ModelLocator.Located located) {
        Set<Digest> records = new LinkedHashSet<>();
        if (located.record() != null) {
            records.add(located.record().digest());
        }
        sources.store().dossier(located.digest()).records().forEach(recorded -> records.add(recorded.record()));
        return records;
    }

    private static Outcome verdict(List<Check> checks) {
        return checks.stream().anyMatch(check -> check.outcome() == Outcome.FAILED) ? Outcome.FAILED : Outcome.OK;
    }

    private static int exitCode(Outcome verdict) {
        return verdict == Outcome.FAILED ? MlopsException.Kind.FAILED.exitCode() : 0;
    }

    private static String text(Verification verification) {
        StringBuilder text = new StringBuilder("Model " + verification.model() + "\n");
        verification.checks().forEach(check -> text.append(line(check)));
        long failed = count(verification, Outcome.FAILED);
        long unknown = count(verification, Outcome.UNKNOWN);
        return text.append(
                        failed == 0
                                ? "No check failed"
                                : failed + " of " + verification.checks().size() + " checks failed")
                .append(unknown == 0 ? "" : ", " + unknown + " could not be made")
                .append('\n')
                .toString();
    }

    /** A check as a line for people. */
    static String line(Check check) {
        return String.format("  %-8s", check.outcome().name().toLowerCase(Locale.ROOT)) + check.check() + ' '
                + check.subject() + ": " + check.detail() + '\n';
    }

    private static long count(Verification verification, Outcome outcome) {
        return verification.checks().stream()
                .filter(check -> check.outcome() == outcome)
                .count();
    }
}
