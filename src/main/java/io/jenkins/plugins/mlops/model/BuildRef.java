package io.jenkins.plugins.mlops.model;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.net.URI;
import java.util.Date;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A build that whoever looks may see. */
@ExportedBean(defaultVisibility = 4)
@Restricted(NoExternalUse.class)
public final class BuildRef {

    private static final Pattern PATH = Pattern.compile("job/([^?#]+)/([1-9][0-9]{0,8})/?");

    private final Run<?, ?> run;

    BuildRef(Run<?, ?> run) {
        this.run = run;
    }

    /** The build of this Jenkins that an address names; null when there is none, or the viewer may not see it. */
    @CheckForNull
    static BuildRef of(@CheckForNull String address, Viewer viewer) {
        String root = Jenkins.get().getRootUrl();
        if (address == null || root == null || !address.startsWith(root)) {
            return null;
        }
        Matcher path = PATH.matcher(address.substring(root.length()));
        if (!path.matches()) {
            return null;
        }
        Job<?, ?> job;
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            job = Jenkins.get().getItemByFullName(decoded(path.group(1)), Job.class);
        } catch (IllegalArgumentException e) {
            return null;
        }
        Run<?, ?> run =
                job != null && viewer.seesLineageOf(job) ? job.getBuildByNumber(Integer.parseInt(path.group(2))) : null;
        return run == null ? null : new BuildRef(run);
    }

    private static String decoded(String path) {
        return URI.create("/" + path).getPath().substring(1).replace("/job/", "/");
    }

    @Exported
    public String getName() {
        return Shown.text(run.getFullDisplayName());
    }

    /** From the root of Jenkins, without a slash before. */
    @Exported
    public String getUrl() {
        return run.getUrl();
    }

    public Date getTime() {
        return run.getTime();
    }

    Job<?, ?> job() {
        return run.getParent();
    }
}
