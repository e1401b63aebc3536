package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.cli.cache.CacheCommand;
import io.jenkins.plugins.mlops.cli.dataset.DatasetCommand;
import io.jenkins.plugins.mlops.cli.evaluation.EvaluateCommand;
import io.jenkins.plugins.mlops.cli.evidence.EvidenceCommand;
import io.jenkins.plugins.mlops.cli.gate.GateCommand;
import io.jenkins.plugins.mlops.cli.image.ImageCommand;
import io.jenkins.plugins.mlops.cli.lineage.LineageCommand;
import io.jenkins.plugins.mlops.cli.pod.PodCommand;
import io.jenkins.plugins.mlops.cli.quickstart.QuickstartCommand;
import io.jenkins.plugins.mlops.cli.registry.ModelCommand;
import io.jenkins.plugins.mlops.cli.rerun.ReproduceCommand;
import io.jenkins.plugins.mlops.cli.rerun.RetrainCommand;
import io.jenkins.plugins.mlops.cli.training.TrainCommand;
import io.jenkins.plugins.mlops.cli.withdrawal.WithdrawCommand;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The {@code mlops} command: help, exit codes and how errors are told. What it does is in the subcommands. */
@Command(
        name = "mlops",
        description = "Datasets, trainings, gates, models and their lineage.",
        versionProvider = MlopsCommand.Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed",
            "2:wrong usage or input",
            "3:a gate, check or comparison said no",
            "4:refused (permission, policy, withdrawn, race lost)",
            "5:a server is out of reach",
            "6:a gate or comparison is inconclusive",
            "130:interrupted"
        })
@Subcommands({
    DatasetCommand.class,
    CacheCommand.class,
    TrainCommand.class,
    RetrainCommand.class,
    ReproduceCommand.class,
    EvaluateCommand.class,
    GateCommand.class,
    ModelCommand.class,
    LineageCommand.class,
    EvidenceCommand.class,
    ImageCommand.class,
    WithdrawCommand.class,
    PodCommand.class,
    QuickstartCommand.class
})
public final class MlopsCommand {

    private MlopsCommand() {}

    /** The command line, ready to {@code execute}. */
    public static CommandLine commandLine(Host host) {
        return commandLineFor(host);
    }

    /**
     * As the other, for these arguments: as far as they name subcommands, it has no others. To make all of them takes longer than a command
     * that does little.
     */
    static CommandLine commandLineFor(Host host, String... arguments) {
        CommandLine commandLine = make(MlopsCommand.class, new HostFactory(host), List.of(arguments));
        if (commandLine.getSubcommands().size() > 1) {
            commandLine.addSubcommand("completion", new GenerateCompletion());
        }
        return commandLine
                .setExecutionStrategy(parsed -> execute(host, parsed))
                .setOut(new PrintWriter(host.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(host.err(), true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> wrongUsage(host, e, args))
                .setExecutionExceptionHandler((e, cl, parsed) -> {
                    Output output = Output.of(host, cl);
                    return e instanceof MlopsException ours
                            ? output.failure(ours.kind(), ours.getMessage())
                            : output.defect(e);
                });
    }

    /** A command with the subcommands that the arguments after its own name may mean. */
    private static CommandLine make(Class<?> command, CommandLine.IFactory factory, List<String> args) {
        CommandLine made = new CommandLine(command, factory);
        Subcommands group = command.getAnnotation(Subcommands.class);
        List<Class<?>> all = group == null ? List.of() : List.of(group.value());
        List<Class<?>> named = all.stream()
                .filter(subcommand -> !args.isEmpty()
                        && subcommand.getAnnotation(Command.class).name().equals(args.get(0)))
                .toList();
        for (Class<?> subcommand : named.isEmpty() ? all : named) {
            made.addSubcommand(make(subcommand, factory, named.isEmpty() ? List.of() : args.subList(1, args.size())));
        }
        return made;
    }

    /** Runs the command, and hands on the records that it and others before it kept. */
    private static int execute(Host host, CommandLine.ParseResult parsed) {
        List<CommandLine> named = parsed.asCommandLineList();
        CommandLine last = named.get(named.size() - 1);
        LineageStoreOption.begin(last.getCommandSpec());
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            LineageStoreOption.end(last.getCommandSpec(), Output.of(host, last));
        }
    }

    private static int wrongUsage(Host host, ParameterException e, String... args) {
        CommandLine command = e.getCommandLine();
        boolean json = Arrays.asList(args).contains("--json");
        boolean bare = args.length == 0 || args.length == 1 && args[0].equals(command.getCommandName());
        if (bare && !command.getSubcommands().isEmpty()) {
            command.usage(new PrintWriter(host.err(), true, StandardCharsets.UTF_8));
            return MlopsException.Kind.USAGE.exitCode();
        }
        return new Output(host, json, false)
                .failure(
                        MlopsException.Kind.USAGE,
                        e.getMessage().replaceAll("\\s+", " ").trim() + " ('"
                                + command.getCommandSpec().qualifiedName() + " --help' says what is possible)");
    }

    /** The version from the jar's manifest. */
    public static String version() {
        String version = MlopsCommand.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    /** Answers {@code --version}. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"mlops " + version()};
        }
    }

    /** Makes subcommands, handing the host to those whose constructor asks for it. */
    private record HostFactory(Host host) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            try {
                var constructor = type.getDeclaredConstructor(Host.class);
                constructor.setAccessible(true);
                return constructor.newInstance(host);
            } catch (NoSuchMethodException e) {
                return CommandLine.defaultFactory().create(type);
            }
        }
    }
}
