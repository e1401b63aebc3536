package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import java.nio.file.Files;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Agents pull what real DVC has pushed, from branches that may say anything, without the store's keys. */
class DvcStepsIT extends GatedStoreFixture {

    /** Its objects are what {@link S3Gate} calls blobs. */
    private DvcRepositoryOnDisk repository(String name, int version) throws Exception {
        return new DvcRepositoryOnDisk(
                directory.resolve(name), version, s3, "s3://" + bucket + "/" + name + "/blobs", endpoint());
    }

    private DvcRepositoryOnDisk filled(String name, int version) throws Exception {
        DvcRepositoryOnDisk repository = repository(name, version);
        repository.run("mkdir -p data/train/deep data/test; printf 'one' > data/train/a.txt;"
                + " printf 'o\\r\\nne' > 'data/train/deep/ü b.txt'; printf 'test' > data/test/t.txt; : > data/train/empty;"
                + " $DVC add -q data; $DVC push -q");
        repository.commit();
        return repository;
    }

    @Test
    void outputsOfDvcArePulledWithoutKeys() throws Exception {
        for (int version : new int[] {2, 3}) {
            String name = "plain" + version;
            DvcRepositoryOnDisk repository = filled(name, version);
            String first = repository.run("git rev-parse HEAD");
            repository.run("printf 'two' > data/train/b.txt; $DVC add -q data; $DVC push -q; mkdir -p out;"
                    + " printf 'stages:\\n  prepare:\\n    cmd: mkdir -p out/set; cp data/test/t.txt out/set/t.txt\\n"
                    + "    outs:\\n    - out/set\\n' > dvc.yaml; $DVC repro -q; $DVC push -q");
            repository.commit();
            int keyed = gate.withKeys().size();
            WorkflowRun run = success("""
                    node('far') {
                      sh 'git clone -q %s code'
                      dir('code') {
                        def d = resolveDataset dvc: 'data'
                        echo "RESOLVED ${d.sourceId} ${d.files} ${d.dvc} ${d.version}"
                        def p = pullDataset dataset: d, into: 'pulled'
                        echo "PULLED ${p.files} ${p.sourceId == d.sourceId} ${p.downloadedFiles} ${p.version.startsWith('sha256:')}"
                        sh 'ls -l pulled; test -f pulled/train/empty; printf "o\\\\r\\\\nne" | cmp - "pulled/train/deep/ü b.txt"; test -f pulled/train/b.txt'
                        def part = pullDataset dvc: 'data/test', rev: '%s', into: 'part', role: 'evaluation'
                        sh 'test "$(find part -type f -not -path "*/.mlops/*" | wc -l)" = 1 && grep -q test part/t.txt'
                        pullDataset dvc: 'dvc.yaml:prepare', into: 'staged'
                        sh 'grep -q test staged/t.txt'
                      }
                      def old = pullDataset dvc: 'data', repo: 'code', rev: '%s', into: 'old'
                      sh 'test ! -e old/train/b.txt'
                      echo "AGAIN ${old.downloadedFiles} ${old.source}"
                      def known = resolveDataset dvc: 'data.dvc', repo: 'code'
                      echo "KNOWN ${known.version}"
                    }""".formatted(repository.directory(), first, first));
            jenkins.assertLogContains("RESOLVED dvc:md5", run);
            jenkins.assertLogContains("PULLED 5 true 4 true", run);
            jenkins.assertLogContains("AGAIN 0 dvc:" + repository.directory() + "#" + first + ":data/", run);
            jenkins.assertLogContains("KNOWN sha256:", run);
            assertThat(gate.withKeys().subList(keyed, gate.withKeys().size()))
                    .as("the controller lists and looks, and reads nothing")
                    .allMatch(request -> request.startsWith("HEAD ") || !request.contains("/blobs/"));
            assertThat(gate.withoutKeys())
                    .isNotEmpty()
                    .allMatch(request -> request.startsWith("GET ") || request.startsWith("HEAD "))
                    .allMatch(request -> request.contains("/blobs/"));
            assertThat(JenkinsRule.getLog(run)).doesNotContain(s3.secretKey()).doesNotContain("X-Amz-Signature");
            List<RunFacts.DatasetUse> uses = BuildLineage.of(run).facts().datasets();
            assertThat(uses).anySatisfy(use -> {
                assertThat(use.action()).isEqualTo(RunFacts.Action.PULLED);
                assertThat(use.role()).isEqualTo("evaluation");
                assertThat(use.sourceId()).startsWith("dvc:md5").endsWith(".dir/test");
                assertThat(use.source()).isEqualTo("dvc:" + repository.directory() + "#" + first + ":data/test");
                assertThat(ControllerLineage.store().holdsManifest(Digest.parse(use.version())))
                        .isTrue();
            });
        }
    }

    @Test
    void whatTheJobMayNotReadIsNotSigned() throws Exception {
        DvcRepositoryOnDisk open = filled("open", 3);
        DvcRepositoryOnDisk secret = filled("secret", 3);
        secret.run("printf alone > single; $DVC add -q single; $DVC push -q");
        secret.commit();
        FolderPolicy policy = new FolderPolicy("");
        policy.setLocations(List.of("s3://" + bucket + "/open"));
        MlopsConfiguration.get().setPolicies(List.of(policy));
        int keyed = gate.withKeys().size();
        success(pulling(open, "main", "data"));
        for (String target : new String[] {"data", "single", "data/train"}) {
            WorkflowRun run = failure(pulling(secret, "main", target));
            jenkins.assertLogContains("does not allow the location 's3://" + bucket + "/secret/blobs", run);
        }
        // A branch sends the job's own remote elsewhere.
        open.run("git checkout -q -b astray; $DVC remote modify store url s3://" + bucket + "/secret/blobs");
        open.commit();
        WorkflowRun run = failure(pulling(open, "astray", "data"));
        jenkins.assertLogContains("does not allow the location 's3://" + bucket + "/secret/blobs", run);
        assertThat(gate.withoutKeys()).noneMatch(request -> request.contains("/secret/"));
        assertThat(gate.withKeys().subList(keyed, gate.withKeys().size()))
                .noneMatch(request -> request.contains("/secret/"));
    }

    /** Who says that data is anonymised says so of a version by its bytes, which of an output of DVC nobody here has read. */
    @Test
    void outputsOfDvcDoNotPassForAnonymised() throws Exception {
        DvcRepositoryOnDisk repository = filled("faces", 3);
        WorkflowRun before = success(pulling(repository, "main", "data"));
        RunFacts.DatasetUse pulled = BuildLineage.of(before).facts().datasets().get(0);
        FolderPolicy policy = new FolderPolicy("");
        policy.setRequireAnonymised(true);
        MlopsConfiguration.get().setPolicies(List.of(policy));
        MlopsConfiguration.get().setAnonymisedDatasets(List.of(pulled.version()));
        int read = gate.withoutKeys().size();

        WorkflowRun run = failure(pulling(repository, "main", "data"));

        jenkins.assertLogContains("requires anonymised data. The dataset data (dvc:", run);
        jenkins.assertLogContains(
                "#" + repository.run("git rev-parse HEAD")
                        + ":data/) has no card that says it is anonymised: publish it",
                run);
        assertThat(BuildLineage.of(run).facts().datasets()).isEmpty();
        assertThat(gate.withoutKeys().subList(read, gate.withoutKeys().size()))
                .as("a list of files at most")
                .allMatch(request -> request.contains(".dir"));

        // What was pulled elsewhere and is published has bytes that are known.
        MlopsConfiguration.get().setPolicies(List.of());
        success("node('far') { sh 'git clone -q " + repository.directory()
                + " code'; pullDataset dvc: 'data', repo: 'code', into: 'd';"
                + " publishDataset directory: 'd', name: 'faces', to: 's3://" + bucket + "/published/blobs' }");
        MlopsConfiguration.get().setPolicies(List.of(policy));
        success("node('far') { pullDataset manifest: 's3://" + bucket + "/published/blobs/faces/manifests/"
                + Digest.parse(pulled.version()).hex() + ".json', into: 'e' }");
    }

    @Test
    void aHostileBranchIsToldInOneSentence() throws Exception {
        DvcRepositoryOnDisk repository = filled("hostile", 3);
        int before = gate.withoutKeys().size();
        assertRefused(
                repository,
                "sed -i 's|endpointurl = .*|endpointurl = http://evil.example|' .dvc/config",
                "data",
                "names the endpoint http://evil.example, not " + endpoint());
        assertRefused(
                repository,
                "printf '[core]\n    remote = other\n[\\047remote \"other\"\\047]\n    url = file:///etc\n'"
                        + " > .dvc/config.local; git add -f .dvc/config.local",
                "data",
                "only remotes in S3 (s3://bucket/prefix) are read");
        assertRefused(repository, "mv data.dvc real; ln -s real data.dvc", "data", "is a symbolic link");
        assertRefused(repository, "sed -i 's|path: data|path: ../../../etc|' data.dvc", "data.dvc", "leads out of");
        assertRefused(repository, "true", "../../../../etc/passwd", "leads out of the repository");
        assertRefused(
                repository,
                "printf 'outs:\n- md5: %s\n  size: 5\n  hash: md5\n  path: <b>x</b>\n'"
                        + " 0123456789abcdef0123456789abcdef > x.dvc",
                "x.dvc",
                "1 file of the 1 that <b>x</b> still needs are not in the store, though x.dvc at ");
        assertThat(gate.withoutKeys().subList(before, gate.withoutKeys().size()))
                .as("a list of files at most")
                .allMatch(request -> request.contains(".dir"));
    }

    @Test
    void damagedObjectsAreFoundAndNothingAppears() throws Exception {
        DvcRepositoryOnDisk repository = filled("damaged", 3);
        String md5 = repository.run("printf one | md5sum | cut -c-32");
        S3Uri object = new S3Uri(bucket, "damaged/blobs/files/md5/" + md5.substring(0, 2) + "/" + md5.substring(2));
        try (ObjectStore store = ObjectStore.connect(settings())) {
            store.put(object, LocalFile.read(Files.writeString(directory.resolve("bad"), "bad")));
        }
        WorkflowRun run = failure("node('far') { sh 'git clone -q " + repository.directory()
                + " code'; try { pullDataset dvc: 'data', repo:"
                + " 'code', into: 'd' } finally { sh 'test ! -e d' } }");
        jenkins.assertLogContains("The object " + object + " is corrupt in the store", run);
    }

    private static String pulling(DvcRepositoryOnDisk repository, String branch, String target) {
        return "node('far') { deleteDir(); sh 'git clone -q -b " + branch + " " + repository.directory()
                + " code'; pullDataset dvc: '" + target + "', repo: 'code', into: 'd' }";
    }

    /** @param change what the branch does, a shell script */
    private void assertRefused(DvcRepositoryOnDisk repository, String change, String target, String says)
            throws Exception {
        repository.run("git checkout -q main; git checkout -q -B hostile; " + change);
        repository.commit();
        WorkflowRun run = failure(pulling(repository, "hostile", target));
        jenkins.assertLogContains(says, run);
        assertThat(JenkinsRule.getLog(run).lines().filter(line -> line.startsWith("ERROR: ")))
                .as(change)
                .hasSize(1);
    }
}
