package io.jenkins.plugins.mlops.dataset;

import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.inspection.CheckSchema;
import io.jenkins.plugins.mlops.core.inspection.DatasetInspection;
import io.jenkins.plugins.mlops.core.inspection.InspectedSet;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport;
import io.jenkins.plugins.mlops.core.inspection.InspectionText;
import io.jenkins.plugins.mlops.step.AgentTask;
import io.jenkins.plugins.mlops.step.BuildProgress;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Checks on the agent, writes the report there, and sends a shortened one, whose size does not depend on the data. The schema comes
 * from the branch that is built, and so does the data: whatever they are, the task ends, at the latest when it is stopped.
 */
final class CheckTask extends AgentTask<byte[]> {

    private static final long serialVersionUID = 1L;

    /** Of each kind, in what is sent. */
    static final int EXAMPLES = 50;

    /** A schema is written by people. */
    private static final int MAX_SCHEMA_BYTES = 1 << 20;

    private final CheckRequest request;
    private final WorkspaceBounds bounds;
    private final TaskListener listener;

    CheckTask(CheckRequest request, WorkspaceBounds bounds, TaskListener listener) {
        this.request = request;
        this.bounds = bounds;
        this.listener = listener;
    }

    @Override
    protected byte[] run(Path workspace) throws IOException {
        try {
            String wanted = request.report();
            Path report = wanted == null ? null : reportFile(workspace, wanted);
            CheckSchema schema = request.with(request.schema() == null ? CheckSchema.DEFAULT : schema(workspace));
            InspectedSet set = set(workspace, request.path());
            InspectedSet against = request.against() == null ? null : set(workspace, request.against());
            InspectionReport result =
                    new DatasetInspection(schema, request.jobs(), BuildProgress.to(listener)).run(set, against);
            if (report != null) {
                write(result, report);
            }
            return Documents.toJson(result.shortened(EXAMPLES)).getBytes(StandardCharsets.UTF_8);
        } catch (InvalidPathException e) {
            throw MlopsException.usage("'" + e.getInput() + "' is no path: " + e.getReason(), e);
        } catch (StackOverflowError e) {
            // An error would end neither the step nor the build.
            throw MlopsException.usage(
                    "The schema " + request.schema() + " or 'group' has a regular expression that is nested too deeply",
                    e);
        }
    }

    private static InspectedSet set(Path workspace, String named) {
        Path path = workspace.resolve(named).normalize();
        return Files.isDirectory(path) ? InspectedSet.ofDirectory(path, named) : InspectedSet.ofManifest(path, named);
    }

    /** Not a pipe, which would be read for ever, and nothing that fills the memory. */
    private CheckSchema schema(Path workspace) {
        String named = request.schema();
        Path file = workspace.resolve(named);
        if (!Files.isRegularFile(file)) {
            throw MlopsException.usage("The schema " + named + (Files.exists(file) ? " is no file" : " does not exist")
                    + ": name a file of the workspace, such as check.yaml");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_SCHEMA_BYTES + 1);
            if (bytes.length > MAX_SCHEMA_BYTES) {
                throw MlopsException.usage(
                        "The schema " + named + " has more than " + MAX_SCHEMA_BYTES + " bytes: name another file");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return CheckSchema.parse(text, named);
        } catch (CharacterCodingException e) {
            throw MlopsException.usage("The schema " + named + " is no UTF-8 text", e);
        } catch (IOException e) {
            throw MlopsException.usage("The schema " + named + " cannot be read: " + e, e);
        }
    }

    /** Known to be possible before hours of work. */
    private Path reportFile(Path workspace, String wanted) throws IOException {
        Path file = bounds.within(workspace, wanted, "'report'");
        if (Files.isDirectory(file) || file.equals(workspace.normalize())) {
            throw MlopsException.usage("The report cannot be written to " + wanted + ", a directory");
        }
        for (String set : new String[] {request.path(), request.against()}) {
            Path checked = set == null ? null : workspace.resolve(set).normalize();
            if (checked != null && !checked.equals(workspace.normalize()) && file.startsWith(checked)) {
                throw MlopsException.usage("The report " + wanted + " would become a part of " + set
                        + ", which is checked: write it elsewhere");
            }
        }
        return file;
    }

    private void write(InspectionReport result, Path report) {
        try {
            InspectionText.write(result, report);
        } catch (IOException e) {
            throw MlopsException.failed("The report cannot be written to " + request.report() + ": " + e, e);
        }
    }
}
