package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Item;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** What steps have in common that are told where a dataset is: a prefix, a manifest, or an output of DVC. */
@Restricted(NoExternalUse.class)
public abstract class DatasetAddressStep extends Step {

    private String from;
    private String manifest;
    private String dvc;
    private String repo;
    private String rev;
    private String store;

    /** A prefix: all objects below it, as they are now. */
    @CheckForNull
    public String getFrom() {
        return from;
    }

    @DataBoundSetter
    public void setFrom(@CheckForNull String from) {
        this.from = Util.fixEmptyAndTrim(from);
    }

    /** A manifest: an object, or a file of the workspace. */
    @CheckForNull
    public String getManifest() {
        return manifest;
    }

    @DataBoundSetter
    public void setManifest(@CheckForNull String manifest) {
        this.manifest = Util.fixEmptyAndTrim(manifest);
    }

    /** An output of DVC: a {@code .dvc} file, the path of an output or below one, {@code dvc.yaml:STAGE}, or the name of a stage. */
    @CheckForNull
    public String getDvc() {
        return dvc;
    }

    @DataBoundSetter
    public void setDvc(@CheckForNull String dvc) {
        this.dvc = Util.fixEmptyAndTrim(dvc);
    }

    /** The clone that has it, from the workspace on; null for the workspace. */
    @CheckForNull
    public String getRepo() {
        return repo;
    }

    @DataBoundSetter
    public void setRepo(@CheckForNull String repo) {
        this.repo = Util.fixEmptyAndTrim(repo);
    }

    /** A branch, tag or commit of the clone; null for the files as they are. */
    @CheckForNull
    public String getRev() {
        return rev;
    }

    @DataBoundSetter
    public void setRev(@CheckForNull String rev) {
        this.rev = Util.fixEmptyAndTrim(rev);
    }

    /** Name of an object store profile; null for the first. */
    @CheckForNull
    public String getStore() {
        return store;
    }

    @DataBoundSetter
    public void setStore(@CheckForNull String store) {
        this.store = Util.fixEmptyAndTrim(store);
    }

    /**
     * Which dataset is meant.
     *
     * @param sourceId what it must still stand for; null for whatever it stands for now
     * @throws AbortException when the parameters do not go together
     */
    final DatasetAddress address(@CheckForNull String sourceId) throws AbortException {
        String step = getDescriptor().getFunctionName();
        return new DatasetAddress(step, from, manifest, DvcTarget.of(step, dvc, repo, rev), sourceId);
    }

    /** Its form has the fields of an address. */
    @Restricted(NoExternalUse.class)
    public abstract static class AddressDescriptor extends StepDescriptor {

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillStoreItems(@AncestorInPath Item item, @QueryParameter String store) {
            return ProfileChoices.objectStores(item, store);
        }
    }
}
