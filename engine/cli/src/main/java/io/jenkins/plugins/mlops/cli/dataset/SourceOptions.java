package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import picocli.CommandLine.Option;

/** Which dataset is meant; exactly one of the three ways. */
final class SourceOptions {

    @Option(names = "--from", paramLabel = "S3-URL", description = "s3://bucket/prefix: all objects below it.")
    private String from;

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            description =
                    "The objects of --from as they were at this time, such as 2026-11-01T12:00:00Z; needs a bucket that keeps versions (default: now).")
    private String asOf;

    @Option(
            names = "--manifest",
            paramLabel = "FILE-OR-S3-URL",
            description = "A manifest that publish or snapshot wrote.")
    private String manifest;

    @Option(
            names = "--dvc",
            paramLabel = "PATH",
            description =
                    "An output of DVC: a .dvc file, the path of an output or below one, or dvc.yaml:STAGE. Read without DVC.")
    private String dvc;

    @Option(
            names = "--repo",
            paramLabel = "DIR",
            description = "The Git repository of --dvc: a local clone, bare or not, or a directory in one.")
    private String repo;

    @Option(
            names = "--rev",
            paramLabel = "REV",
            description = "The revision of --dvc: a branch, tag or commit (default: the files as they are).")
    private String rev;

    DatasetReference reference(Host host) {
        if (from == null && manifest == null && dvc == null) {
            throw MlopsException.usage("No dataset is named: give --from, --manifest or --dvc");
        }
        return new DatasetReference(from, manifest, dvc, repo, rev, asOf).relativeTo(host.directory());
    }
}
