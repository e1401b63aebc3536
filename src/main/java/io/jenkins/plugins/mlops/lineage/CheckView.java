package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.util.Date;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.CheckUse} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class CheckView {

    private final RunFacts.CheckUse use;
    private final KeptFiles files;

    CheckView(RunFacts.CheckUse use, KeptFiles files) {
        this.use = use;
        this.files = files;
    }

    /** pass or fail. */
    @Exported
    public String getVerdict() {
        return text(use.verdict());
    }

    /** What was checked, as the pipeline names it. */
    @Exported
    public String getSet() {
        return text(use.set());
    }

    /** Its content id; null when it is not known. */
    @Exported
    public String getVersion() {
        return text(use.version());
    }

    /** What it was compared with; null for nothing. */
    @Exported
    public String getAgainst() {
        return text(use.against());
    }

    @Exported
    public long getFiles() {
        return use.files();
    }

    @Exported
    public long getBytes() {
        return use.bytes();
    }

    @Exported
    public long getSamples() {
        return use.samples();
    }

    @Exported
    public long getImages() {
        return use.images();
    }

    /** How the set says what is on its images: directory, yolo, voc, coco, csv or none. */
    @Exported
    public String getLabels() {
        return text(use.labels());
    }

    @Exported
    public List<FoundView> getFindings() {
        return use.findings().stream().map(FoundView::new).toList();
    }

    /** The first of them. */
    @Exported
    public List<ClassView> getClasses() {
        return use.classes().stream().map(ClassView::new).toList();
    }

    @Exported
    public int getClassCount() {
        return use.classCount();
    }

    /** Digest of the report. */
    @Exported
    public String getDigest() {
        return text(use.digest());
    }

    @Exported
    public String getAt() {
        return text(use.at());
    }

    public Date getTime() {
        return Shown.time(use.at());
    }

    /** How large the set is. */
    public String getAmount() {
        return Amounts.filesAndBytes(use.files(), use.bytes());
    }

    public int getHiddenClasses() {
        return use.classCount() - use.classes().size();
    }

    /** As {@link DatasetView#getPage}. */
    public String getPage() {
        return DatasetView.page(use.version());
    }

    /** What is kept of it: the report. */
    public KeptFiles getKept() {
        return files;
    }

    /** {@link RunFacts.FoundUse} for the page and the API. */
    @ExportedBean(defaultVisibility = 3)
    @Restricted(NoExternalUse.class)
    public static final class FoundView {

        private final RunFacts.FoundUse use;

        FoundView(RunFacts.FoundUse use) {
            this.use = use;
        }

        /** What was looked for. */
        @Exported
        public String getCheck() {
            return text(use.check());
        }

        /** Null when it was not looked for. */
        @Exported
        public Long getCount() {
            return use.count();
        }

        /** How many are allowed. */
        @Exported
        public String getLimit() {
            return text(use.limit());
        }

        /** ok, allowed, broken or why it was not looked for. */
        @Exported
        public String getResult() {
            return text(use.result());
        }

        @Exported
        public List<String> getExamples() {
            return use.examples().stream().map(Shown::text).toList();
        }

        /** pass or fail; null when it was not looked for. */
        public String getVerdict() {
            return use.count() == null ? null : "broken".equals(use.result()) ? "fail" : "pass";
        }
    }

    /** {@link RunFacts.ClassUse} for the page and the API. */
    @ExportedBean(defaultVisibility = 3)
    @Restricted(NoExternalUse.class)
    public static final class ClassView {

        private final RunFacts.ClassUse use;

        ClassView(RunFacts.ClassUse use) {
            this.use = use;
        }

        @Exported
        public String getName() {
            return text(use.name());
        }

        @Exported
        public long getImages() {
            return use.images();
        }

        @Exported
        public long getObjects() {
            return use.objects();
        }
    }
}
