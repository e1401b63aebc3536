/*
 * A form of the class mlops-ask changes nothing: its address can be kept and passed on. Jenkins' scripts put into every form the crumb of
 * the session, which is nobody else's, and all fields once more; both are left out of the address.
 */
document.addEventListener("formdata", (event) => {
  if (event.target.matches("form.mlops-ask")) {
    event.formData.delete(document.head.dataset.crumbHeader);
    event.formData.delete("json");
  }
});
