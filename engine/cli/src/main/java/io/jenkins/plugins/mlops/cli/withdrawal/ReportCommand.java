package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.dataset.CacheOptions;
import io.jenkins.plugins.mlops.cli.lineage.LineageSources;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawal;
import io.jenkins.plugins.mlops.core.withdrawal.WithdrawalJournal;
import io.jenkins.plugins.mlops.core.withdrawal.WithdrawalReport;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops withdraw report}. */
@Command(
        name = "report",
        description = "List the datasets, runs and models that saw withdrawn data, directly or inherited.",
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(
            arity = "0..1",
            paramLabel = "NUMBER",
            description =
                    "One withdrawal, as 'mlops withdraw list' numbers it, though it has ended; else all in force.")
    private Long number;

    @Option(
            names = "--purge-cache",
            description =
                    "Remove withdrawn files from the dataset cache of this machine, those of all withdrawals in force.")
    private boolean purge;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private WithdrawalOptions withdrawals;

    @Mixin
    private OutputOptions output;

    ReportCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        return withdrawals.with(host, this::report);
    }

    private int report(WithdrawalJournal journal, LineageSources sources) {
        List<Withdrawal> all = journal.read();
        List<Withdrawal> asked = all.stream()
                .filter(withdrawal -> number == null ? withdrawal.inForce() : withdrawal.number() == number)
                .toList();
        if (number != null && asked.isEmpty()) {
            throw MlopsException.usage("There is no withdrawal " + number + ": 'mlops withdraw list --all' shows them");
        }
        Output out = output.output(host);
        RegisteredModels registered = sources.registered();
        List<RegisteredModels.Unknown> unknown = registered == null ? List.of() : registered.fetchAll();
        WithdrawalReport report = WithdrawalReport.of(asked, sources.store());
        if (registered == null) {
            out.note("no MLflow server is named: aliases, and runs and versions without a record are not known");
        }
        Integer purged = purge ? purge(all, sources) : null;
        ReportDocument document = ReportDocument.of(asked, report, sources, unknown, purged);
        out.result(document.text(), document);
        return 0;
    }

    private int purge(List<Withdrawal> all, LineageSources sources) {
        Set<String> groups = new HashSet<>();
        Set<Digest> digests = new HashSet<>();
        all.stream().filter(Withdrawal::inForce).forEach(withdrawal -> {
            groups.addAll(withdrawal.groups());
            digests.addAll(withdrawal.digests());
        });
        Set<Digest> files = new HashSet<>(sources.store().files(groups, digests));
        files.addAll(digests);
        return cache.cache(host).purge(files);
    }
}
